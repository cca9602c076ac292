import type { ConductorSession } from '../../model/conductor.ts'

/** A session of this process, as its tasks see it. */
export class LiveSession {
  readonly session: ConductorSession
  readonly #controller = new AbortController()

  constructor(session: ConductorSession) {
    this.session = session
  }

  /** Aborted once the session is over, or can't be relied on any more. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  end(): void {
    this.#controller.abort()
  }
}

/** Where tasks get the session under which they write. */
export interface SessionSource {
  /** Undefined before it registered, and after it was replaced. */
  readonly live: LiveSession | undefined
  /**
   * Says that a write under this session has failed. It may still come to pass, so nothing more is done under the
   * session: another one is begun, with which no such write can have an effect.
   */
  doubt(session: LiveSession): void
}
