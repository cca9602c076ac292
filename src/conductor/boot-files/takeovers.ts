import { BootringError } from '../../model/errors.ts'
import type { ReservationStore } from '../../model/stores.ts'
import type { SessionSource } from '../membership/live-session.ts'
import { ExclusiveTasks } from '../tasks/exclusive-tasks.ts'

/**
 * Taking over nodes: Ironic's `conductor_affinity` says who has prepared a node's boot files last. A node whose affinity
 * is this conductor's already costs no write.
 */
export class Takeovers {
  readonly #reservations: ReservationStore
  readonly #sessions: SessionSource
  readonly #tasks: ExclusiveTasks

  constructor(reservations: ReservationStore, sessions: SessionSource) {
    this.#reservations = reservations
    this.#sessions = sessions
    this.#tasks = new ExclusiveTasks(reservations, sessions)
  }

  /** The nodes with boot files that this conductor has taken over, and nobody else since. Throws `ConductorReplaced` without a session. */
  async done(): Promise<ReadonlySet<string>> {
    return await this.#reservations.takenOver(this.#conductorId())
  }

  /** Prepares a node as an exclusive task, and notes down that this conductor has. Throws as `ExclusiveTasks.run`. */
  async takeOver(nodeUuid: string, prepare: () => Promise<void>): Promise<void> {
    await this.#tasks.run(nodeUuid, async () => {
      const conductorAffinity = this.#conductorId()
      await prepare()
      return { conductorAffinity }
    })
  }

  #conductorId(): number {
    const { live } = this.#sessions
    if (!live) throw new BootringError('ConductorReplaced', 'this conductor is not registered')
    return live.session.conductorId
  }
}
