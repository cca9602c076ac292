import type { Conductor } from '../model/conductor.ts'
import { BootringError } from '../model/errors.ts'
import type { RingKey } from '../model/node.ts'
import type { ConductorStore } from '../model/stores.ts'
import { HashRing, type RingAlgorithm } from './hash-ring.ts'

export interface RingOptions {
  algorithm: RingAlgorithm
  partitionExponent: number
  /** How long rings are used before they are built anew. */
  resetIntervalSeconds: number
  /** A conductor not heard from for longer is not on any ring. */
  heartbeatTimeoutSeconds: number
}

/** One look at the fleet's membership: who is there, and one ring for each conductor group and hardware type. */
class Membership {
  readonly conductors: readonly Conductor[]
  readonly rings = new Map<string, HashRing>()
  readonly takenAtMilliseconds: number

  constructor(conductors: readonly Conductor[], options: RingOptions, nowMilliseconds: number) {
    this.conductors = conductors
    this.takenAtMilliseconds = nowMilliseconds
    const hostsOfRing = new Map<string, string[]>()
    for (const { alive, conductorGroup, drivers, hostname } of conductors) {
      if (!alive) continue
      for (const driver of drivers) {
        const name = ringName(conductorGroup, driver)
        const hosts = hostsOfRing.get(name)
        if (hosts) hosts.push(hostname)
        else hostsOfRing.set(name, [hostname])
      }
    }
    for (const [name, hosts] of hostsOfRing) {
      this.rings.set(name, new HashRing(hosts, options.algorithm, options.partitionExponent))
    }
  }
}

/** The name of the ring that a node lies on, as Ironic writes it: `<conductor group>:<hardware type>`. */
export function ringName(conductorGroup: string, driver: string): string {
  return `${conductorGroup.toLowerCase()}:${driver}`
}

/**
 * The rings of the fleet, from the conductors table. They are used for `resetIntervalSeconds`, and built anew at once
 * when a look-up finds nobody: a conductor may have joined since. Look-ups that arrive while the rings are being built
 * wait for the same build.
 */
export class FleetRings {
  readonly #store: Pick<ConductorStore, 'conductors'>
  readonly #options: RingOptions
  readonly #now: () => number
  #current: Membership | undefined
  #building: Promise<Membership> | undefined
  #builds = 0

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    store: Pick<ConductorStore, 'conductors'>,
    options: RingOptions,
    now: () => number = () => performance.now(),
  ) {
    this.#store = store
    this.#options = options
    this.#now = now
  }

  /** How many times the rings have been built; for the metric. */
  get builds(): number {
    return this.#builds
  }

  /**
   * The host names for a node in ring order, owner first. Throws `NoConductors` when no conductor at all is alive,
   * `NoConductorForNode` when none that is offers the node's driver in its group, `DatabaseUnavailable`.
   */
  async order(key: RingKey): Promise<readonly string[]> {
    const name = ringName(key.conductorGroup, key.driver)
    const current = this.#fresh()
    const ring = current?.rings.get(name) ?? (await this.#rebuild(current)).rings.get(name)
    if (ring) return ring.order(key.uuid)
    if (this.#current?.conductors.some(({ alive }) => alive)) {
      throw new BootringError('NoConductorForNode', `no conductor that is alive is on ring ${JSON.stringify(name)}`)
    }
    throw new BootringError('NoConductors', 'no conductor is registered and alive')
  }

  /**
   * The owner of a node; undefined when no ring holds it. Unlike `order` it does not ask the database again for a node
   * without an owner, so that a walk over the whole fleet costs one question.
   */
  async owner(key: RingKey): Promise<string | undefined> {
    const { rings } = await this.#membership()
    return rings.get(ringName(key.conductorGroup, key.driver))?.order(key.uuid, 1)[0]
  }

  /** All conductors, dead ones included, as the rings know them. */
  async conductors(): Promise<readonly Conductor[]> {
    return (await this.#membership()).conductors
  }

  /** Forgets the rings: the next look-up asks the database. */
  reset(): void {
    this.#current = undefined
  }

  async #membership(): Promise<Membership> {
    return this.#fresh() ?? (await this.#rebuild(undefined))
  }

  #fresh(): Membership | undefined {
    const current = this.#current
    if (!current) return undefined
    return this.#now() - current.takenAtMilliseconds <= this.#options.resetIntervalSeconds * 1000 ? current : undefined
  }

  /** `missed` is the membership in which a look-up found nobody; a build that has replaced it meanwhile serves as well. */
  #rebuild(missed: Membership | undefined): Promise<Membership> {
    if (missed && this.#current && this.#current !== missed) return Promise.resolve(this.#current)
    this.#building ??= this.#build().finally(() => {
      this.#building = undefined
    })
    return this.#building
  }

  async #build(): Promise<Membership> {
    const conductors = await this.#store.conductors(this.#options.heartbeatTimeoutSeconds)
    const membership = new Membership(conductors, this.#options, this.#now())
    this.#current = membership
    this.#builds += 1
    return membership
  }
}
