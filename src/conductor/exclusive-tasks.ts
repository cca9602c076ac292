import { BootringError } from '../model/errors.ts'
import type { ReservationStore, TaskOutcome } from '../model/stores.ts'
import type { LiveSession, SessionSource } from './live-session.ts'

/**
 * Work on a node that nobody else does at the same time, neither another conductor nor this one twice: under Ironic's
 * reservation, which is free or held and knows no second holder of the same name.
 */
export class ExclusiveTasks {
  readonly #reservations: Pick<ReservationStore, 'reserve' | 'release'>
  readonly #sessions: SessionSource

  constructor(reservations: Pick<ReservationStore, 'reserve' | 'release'>, sessions: SessionSource) {
    this.#reservations = reservations
    this.#sessions = sessions
  }

  /**
   * Does `work` while the node is reserved, and writes its outcome as it ends the reservation. The signal says that the
   * session was lost meanwhile: the outcome then changes nothing. Throws `NodeLocked`, `NodeNotFound`,
   * `ConductorReplaced` where the session is lost, `DatabaseUnavailable`, and whatever `work` throws.
   */
  async run(nodeUuid: string, work: (signal: AbortSignal) => Promise<TaskOutcome>): Promise<void> {
    const { live } = this.#sessions
    if (!live) throw new BootringError('ConductorReplaced', 'this conductor is not registered')
    const { session, signal } = live
    await this.#write(live, () => this.#reservations.reserve(nodeUuid, session))
    let outcome: TaskOutcome
    try {
      outcome = await work(signal)
    } catch (error) {
      // Where the reservation can't be ended now, its session is.
      await this.#write(live, () => this.#reservations.release(nodeUuid, session)).catch(() => undefined)
      throw error
    }
    await this.#write(live, () => this.#reservations.release(nodeUuid, session, outcome))
  }

  async #write(live: LiveSession, write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      const certain = error instanceof BootringError && (error.code === 'NodeLocked' || error.code === 'NodeNotFound')
      if (!certain) this.#sessions.doubt(live)
      throw error
    }
  }
}
