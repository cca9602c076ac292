import type { FleetRings } from '../ring/fleet-rings.ts'

/** Notices when the set of conductors that are alive has changed, so that boot files follow the ring at once. */
export class MembershipWatch {
  readonly #rings: FleetRings
  #seen: string | undefined

  constructor(rings: FleetRings) {
    this.#rings = rings
  }

  /** True when the membership differs from that of the last call; the first call only remembers. */
  async changed(): Promise<boolean> {
    const conductors = await this.#rings.conductors()
    const alive = conductors.filter((conductor) => conductor.alive)
    const now = JSON.stringify(
      alive.map(({ hostname, conductorGroup, drivers }) => [hostname, conductorGroup, drivers]),
    )
    const changed = this.#seen !== undefined && this.#seen !== now
    this.#seen = now
    return changed
  }
}
