import type { ConductorSession } from '../../model/conductor.ts'
import { BootringError, type ErrorCode } from '../../model/errors.ts'
import type { LiveSession, SessionSource } from '../membership/live-session.ts'

/** After these, and after errors that nobody knows, it is not certain what was written. */
const uncertain: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['DatabaseUnavailable', 'ConductorReplaced'])

/** A node that this conductor holds, and the session under which it does. */
export class Hold {
  readonly nodeUuid: string
  readonly #live: LiveSession
  readonly #sessions: Pick<SessionSource, 'doubt'>
  #ended = false

  constructor(nodeUuid: string, live: LiveSession, sessions: Pick<SessionSource, 'doubt'>) {
    this.nodeUuid = nodeUuid
    this.#live = live
    this.#sessions = sessions
  }

  /** Aborted once the session is over: somebody else may hold the node by now. */
  get signal(): AbortSignal {
    return this.#live.signal
  }

  get conductorId(): number {
    return this.#live.session.conductorId
  }

  /** The reservation is no more. */
  get hasEnded(): boolean {
    return this.#ended
  }

  /** Says that the last write has ended the reservation as well. */
  end(): void {
    this.#ended = true
  }

  /**
   * Writes under the session, which ends where it is not known what came of it. Throws what `work` throws, and
   * `NodeLocked` where the reservation is over: another task of this conductor may have the node by now.
   */
  async write<T>(work: (session: ConductorSession) => Promise<T>): Promise<T> {
    if (this.#ended) throw new BootringError('NodeLocked', `the reservation of node ${this.nodeUuid} has ended`)
    try {
      return await work(this.#live.session)
    } catch (error) {
      if (!(error instanceof BootringError) || uncertain.has(error.code)) this.#sessions.doubt(this.#live)
      throw error
    }
  }
}
