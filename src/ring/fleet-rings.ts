import type { Conductor } from '../model/conductor.ts'
import { BootringError } from '../model/errors.ts'
import type { RingKey } from '../model/node.ts'
import type { ConductorReader } from '../model/stores.ts'
import { Membership, type RingShape } from './membership.ts'

export interface RingOptions extends RingShape {
  /** How long rings are used before they are built anew. */
  resetIntervalSeconds: number
  /** A conductor not heard from for longer is not on any ring. */
  heartbeatTimeoutSeconds: number
}

/** Nodes whose ring is empty must not have the rings built anew for each of their requests. */
const soonestRefreshMilliseconds = 1_000

/**
 * The rings of the fleet, from the conductors table. They are used for `resetIntervalSeconds`, and built anew at once
 * when a look-up finds nobody, though for that once a second at most: a conductor may have joined since. Look-ups that
 * arrive while the rings are being built wait for the same build.
 */
export class FleetRings {
  readonly #store: ConductorReader
  readonly #options: RingOptions
  readonly #now: () => number
  #current: Membership | undefined
  #builtAtMilliseconds = 0
  #refreshedAtMilliseconds = Number.NEGATIVE_INFINITY
  #building: Promise<Membership> | undefined
  #builds = 0
  #resets = 0

  /** `now` is a monotonic clock in milliseconds. */
  constructor(store: ConductorReader, options: RingOptions, now: () => number = () => performance.now()) {
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
    const current = this.#fresh()
    const known = current?.order(key)
    if (known && known.length > 0) return known
    const rebuilt = await this.#refresh(current)
    const order = rebuilt.order(key)
    if (order.length > 0) return order
    if (!rebuilt.anyAlive) throw new BootringError('NoConductors', 'no conductor is registered and alive')
    const { driver, conductorGroup } = key
    const where =
      conductorGroup === '' ? 'without a conductor group' : `in conductor_group ${JSON.stringify(conductorGroup)}`
    throw new BootringError(
      'NoConductorForNode',
      `no conductor that is alive ${where} has the driver ${JSON.stringify(driver)}`,
    )
  }

  /**
   * The owner of a node; undefined when no ring holds it. Unlike `order` it does not ask the database again for a node
   * without an owner, so that a walk over the whole fleet costs one question.
   */
  async owner(key: RingKey): Promise<string | undefined> {
    const [owner] = (await this.#membership()).order(key, 1)
    return owner
  }

  /** All conductors, dead ones included, as the rings know them. */
  async conductors(): Promise<readonly Conductor[]> {
    return (await this.#membership()).conductors
  }

  /** Who is there and how the rings are, at one moment. */
  async membership(): Promise<Membership> {
    return await this.#membership()
  }

  /** Builds the rings anew for somebody who doubts them, once a second at most. Throws `DatabaseUnavailable`. */
  async refresh(): Promise<void> {
    await this.#refresh(this.#fresh())
  }

  /** Forgets the rings, those that are being built as well: the next look-up asks the database. */
  reset(): void {
    this.#current = undefined
    this.#building = undefined
    this.#resets += 1
  }

  async #membership(): Promise<Membership> {
    return this.#fresh() ?? (await this.#rebuild(undefined))
  }

  /** `doubted` is the membership in which a look-up found nobody, or the wrong one. */
  async #refresh(doubted: Membership | undefined): Promise<Membership> {
    const age = this.#now() - this.#refreshedAtMilliseconds
    if (doubted !== undefined && doubted === this.#current && age < soonestRefreshMilliseconds) return doubted
    const rebuilt = await this.#rebuild(doubted)
    this.#refreshedAtMilliseconds = this.#now()
    return rebuilt
  }

  #fresh(): Membership | undefined {
    const age = this.#now() - this.#builtAtMilliseconds
    return age <= this.#options.resetIntervalSeconds * 1000 ? this.#current : undefined
  }

  /** `missed` is the membership in which a look-up found nobody; one that has replaced it meanwhile serves as well. */
  #rebuild(missed: Membership | undefined): Promise<Membership> {
    if (missed && this.#current && this.#current !== missed) return Promise.resolve(this.#current)
    if (this.#building !== undefined) return this.#building
    const building = this.#build().finally(() => {
      if (this.#building === building) this.#building = undefined
    })
    this.#building = building
    return building
  }

  async #build(): Promise<Membership> {
    const resets = this.#resets
    const conductors = await this.#store.conductors(this.#options.heartbeatTimeoutSeconds)
    const built = new Membership(conductors, this.#options)
    this.#builds += 1
    // What was read before a reset lacks what that was for: a conductor that has just registered, say.
    if (resets === this.#resets) {
      this.#current = built
      this.#builtAtMilliseconds = this.#now()
    }
    return built
  }
}
