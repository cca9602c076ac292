import { BootringError } from '../../model/errors.ts'
import type { ReservationStore, TaskOutcome } from '../../model/stores.ts'
import type { SessionSource } from '../membership/live-session.ts'
import { realTimers, type Timers } from '../timers.ts'
import { Hold } from './hold.ts'

/** How often a node is asked for that somebody else holds, and after which pause. */
export interface LockRetry {
  attempts: number
  intervalSeconds: number
}

/** For work that comes by again, and leaves the node to whoever holds it. */
export const once: LockRetry = { attempts: 1, intervalSeconds: 0 }

/**
 * Work on a node that nobody else does at the same time, neither another conductor nor this one twice: under Ironic's
 * reservation, which is free or held and knows no second holder of the same name.
 */
export class ExclusiveTasks {
  readonly #reservations: Pick<ReservationStore, 'reserve' | 'release'>
  readonly #sessions: SessionSource
  readonly #timers: Timers

  constructor(
    reservations: Pick<ReservationStore, 'reserve' | 'release'>,
    sessions: SessionSource,
    timers: Timers = realTimers,
  ) {
    this.#reservations = reservations
    this.#sessions = sessions
    this.#timers = timers
  }

  /**
   * Does `work` while the node is reserved, and writes its outcome as it ends the reservation. The signal says that the
   * session was lost meanwhile: the outcome then changes nothing. Throws `NodeLocked`, `NodeNotFound`,
   * `ConductorReplaced` where the session is lost, `DatabaseUnavailable`, and whatever `work` throws.
   */
  async run(nodeUuid: string, work: (signal: AbortSignal) => Promise<TaskOutcome>): Promise<void> {
    const hold = await this.hold(nodeUuid)
    let outcome: TaskOutcome
    try {
      outcome = await work(hold.signal)
    } catch (error) {
      // Where the reservation can't be ended now, its session is.
      await this.release(hold).catch(() => undefined)
      throw error
    }
    await this.release(hold, outcome)
  }

  /** Reserves a node, for whoever releases it. Throws as `run`; `NodeLocked` after as many attempts. */
  async hold(nodeUuid: string, retry = once): Promise<Hold> {
    for (let attempt = 1; ; attempt += 1) {
      const { live } = this.#sessions
      if (!live) throw new BootringError('ConductorReplaced', 'this conductor is not registered')
      const hold = new Hold(nodeUuid, live, this.#sessions)
      try {
        await hold.write((session) => this.#reservations.reserve(nodeUuid, session))
        return hold
      } catch (error) {
        const isLocked = error instanceof BootringError && error.code === 'NodeLocked'
        if (!isLocked || attempt >= retry.attempts) throw error
        await new Promise<void>((resolve) => this.#timers.after(retry.intervalSeconds * 1000, resolve))
      }
    }
  }

  /** Ends the reservation, unless that is done. */
  async release(hold: Hold, outcome?: TaskOutcome): Promise<void> {
    if (hold.hasEnded) return
    await hold.write((session) => this.#reservations.release(hold.nodeUuid, session, outcome))
    hold.end()
  }
}
