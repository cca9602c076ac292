import { BootringError } from '../../model/errors.ts'
import type { TraceSpan } from '../../observe/trace.ts'
import type { Deadline, Deadlines } from './deadlines.ts'

/** Timers of the same length end in any order, and this one must not be the later. */
const clientGraceSeconds = 1

/**
 * The context of one call, with its time-out. A call within the same process has no use for an `AbortSignal`, and
 * making one costs more than the rest of the attempt: it is made when first asked for.
 */
export class TimedCall implements Deadline {
  readonly requestId: string
  /** Set by the client of a request that is traced. */
  trace: TraceSpan | undefined
  readonly expiresAt: number
  /** For the client's own timer: only this one knows that the time was over, and which attempts are to count as such. */
  readonly timeoutSeconds: number
  readonly #timeoutMilliseconds: number
  #controller: AbortController | undefined
  #giveUp: ((error: BootringError) => void) | undefined
  timedOut = false

  constructor(requestId: string, timeoutMilliseconds: number, expiresAt: number) {
    this.requestId = requestId
    this.#timeoutMilliseconds = timeoutMilliseconds
    this.timeoutSeconds = timeoutMilliseconds / 1000 + clientGraceSeconds
    this.expiresAt = expiresAt
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.timedOut) this.#controller.abort()
    return this.#controller.signal
  }

  expire(): void {
    this.timedOut = true
    const waited = Math.round(this.#timeoutMilliseconds)
    const error = new BootringError('ConductorUnreachable', `no answer within ${waited} ms`)
    this.#giveUp?.(error)
    this.#controller?.abort(error)
  }

  /**
   * Makes the call. Its own outcome, be it thrown or rejected, or `ConductorUnreachable` when the time is over, also where
   * the callee ignores the signal.
   */
  settle<T>(make: () => Promise<T>, deadlines: Deadlines): Promise<T> {
    return new Promise((resolve, reject) => {
      const call = make()
      this.#giveUp = reject
      deadlines.add(this)
      call.then(
        (value) => {
          deadlines.remove(this)
          resolve(value)
        },
        (error) => {
          deadlines.remove(this)
          reject(error)
        },
      )
    })
  }
}
