import type { Conductor } from '../model/conductor.ts'
import type { Logger } from '../observe/logger.ts'
import type { FleetRings } from '../ring/fleet-rings.ts'

export interface OwnNamesOptions {
  /** Names under which Ironic's conductor on this host may be registered, the most likely first; without a port. */
  hostNames: readonly string[]
  /** The name with the port that Ironic adds to it since 23.0. */
  withPort(hostName: string): string
}

/** Which conductor of the fleet is the one on this host. */
export class OwnNames {
  /** What is looked for, in this order. */
  readonly sought: readonly string[]
  readonly #hostNames: readonly string[]
  readonly #withPort: (hostName: string) => string
  readonly #rings: Pick<FleetRings, 'conductors' | 'refresh'>
  readonly #log: Logger
  #said: string | undefined

  constructor(
    { hostNames, withPort }: OwnNamesOptions,
    rings: Pick<FleetRings, 'conductors' | 'refresh'>,
    log: Logger,
  ) {
    this.#hostNames = hostNames
    this.#withPort = withPort
    this.#rings = rings
    this.#log = log
    this.sought = [...new Set(hostNames.flatMap((name) => [withPort(name), name]))]
  }

  /**
   * Those of the names that are registered; empty where none is. A name is only taken without its port where it is not
   * there with it: that may be another conductor on this host. Throws `DatabaseUnavailable`.
   */
  async registered(): Promise<readonly Conductor[]> {
    const conductors = await this.#rings.conductors()
    const byName = new Map(conductors.map((conductor) => [conductor.hostname, conductor]))
    const own = new Set<Conductor>()
    for (const name of this.#hostNames) {
      const conductor = byName.get(this.#withPort(name)) ?? byName.get(name)
      if (conductor !== undefined) own.add(conductor)
    }
    this.#say([...own], conductors)
    return [...own]
  }

  /** Says what is registered, for /readyz. Throws where nothing is. */
  async check(): Promise<string> {
    let own = await this.registered()
    if (own.length === 0) {
      await this.#rings.refresh()
      own = await this.registered()
    }
    if (own.length === 0) throw new Error(this.#describeMissing(await this.#rings.conductors()))
    return own.map(({ alive, hostname }) => `${hostname} is ${alive ? 'alive' : 'not alive'}`).join(', ')
  }

  /** In words, what was looked for in vain. */
  #describeMissing(conductors: readonly Conductor[]): string {
    const there =
      conductors.length === 0 ? 'none is' : `those are ${conductors.map(({ hostname }) => hostname).join(', ')}`
    return `no conductor is registered as ${this.sought.join(' or ')} (${there}): is [DEFAULT]host the same as Ironic's?`
  }

  #say(own: readonly Conductor[], all: readonly Conductor[]): void {
    const names = own.map(({ hostname }) => hostname)
    const now = names.join(' ')
    if (now === this.#said) return
    this.#said = now
    if (names.length > 0) this.#log.info({ conductor: names }, "this is the host of Ironic's conductor")
    else
      this.#log.warn(
        { sought: this.sought },
        `serving nothing until Ironic's conductor is there: ${this.#describeMissing(all)}`,
      )
  }
}
