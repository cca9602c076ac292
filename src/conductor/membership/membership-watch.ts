import type { Conductor } from '../../model/conductor.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'

/** Notices when the set of conductors that are alive has changed, so that boot files follow the ring at once. */
export class MembershipWatch {
  readonly #rings: FleetRings
  #seen: string | undefined

  constructor(rings: FleetRings) {
    this.#rings = rings
  }

  /**
   * All conductors as the database knows them now, dead ones included; and whether the membership differs from that of
   * the last call. The first call only remembers.
   */
  async look(): Promise<{ changed: boolean; conductors: readonly Conductor[] }> {
    await this.#rings.refresh()
    const conductors = await this.#rings.conductors()
    const alive = conductors.filter((conductor) => conductor.alive)
    const now = JSON.stringify(
      alive.map(({ hostname, conductorGroup, drivers, draining }) => [hostname, conductorGroup, drivers, draining]),
    )
    const changed = this.#seen !== undefined && this.#seen !== now
    this.#seen = now
    return { changed, conductors }
  }
}
