import { BootringError, type ErrorCode } from '../model/errors.ts'
import type { ConductorClient } from '../rpc/contract.ts'
import { type Deadline, Deadlines } from './deadlines.ts'

/** One conductor, asked once. */
export interface ConductorAttempt {
  readonly conductor: string
  readonly milliseconds: number
  /** Absent: it answered with the script. */
  readonly error?: { readonly code: ErrorCode | 'Internal'; readonly message: string; readonly timedOut: boolean }
}

/** Where the attempts are written down as they are made, and what they are known by. */
interface AttemptLog {
  readonly requestId: string
  attempts: readonly ConductorAttempt[]
}

interface Options {
  conductors: ConductorClient
  attemptTimeoutSeconds: number
  totalTimeoutSeconds: number
}

/** After these another conductor would say the same: they depend on the name and the node's boot interface alone. */
const finalCodes: ReadonlySet<ErrorCode> = new Set(['UnknownBootFile', 'UnsupportedDriverExtension'])

/** Asks a node's conductors for a boot file, in ring order, until one has it. */
export class ConductorAttempts {
  readonly #conductors: ConductorClient
  readonly #deadlines = new Deadlines()
  readonly #attemptTimeoutMilliseconds: number
  readonly #totalTimeoutMilliseconds: number

  constructor({ conductors, attemptTimeoutSeconds, totalTimeoutSeconds }: Options) {
    this.#conductors = conductors
    this.#attemptTimeoutMilliseconds = attemptTimeoutSeconds * 1000
    this.#totalTimeoutMilliseconds = totalTimeoutSeconds * 1000
  }

  /**
   * The script, and who gave it. A conductor that can't be reached, takes longer than an attempt may, lacks the file or
   * hands out anything that doesn't begin as the file must is passed over, while the total time lasts.
   * Throws the most telling failure: the first that a conductor answered, else that none could be reached.
   */
  async bootConfig(
    order: readonly string[],
    nodeUuid: string,
    fileName: string,
    isUsable: (script: string) => boolean,
    log: AttemptLog,
  ): Promise<{ script: string; conductor: string }> {
    const params = { node_id: nodeUuid, name: fileName }
    const attempts: ConductorAttempt[] = []
    log.attempts = attempts
    let telling: BootringError | undefined
    let startedAt = performance.now()
    const deadline = startedAt + this.#totalTimeoutMilliseconds
    for (const conductor of order) {
      const timeout = Math.min(this.#attemptTimeoutMilliseconds, deadline - startedAt)
      if (timeout <= 0) break
      const attempt = new TimedCall(log.requestId, timeout, startedAt + timeout)
      let failure: BootringError | undefined
      let internal = false
      try {
        const script = await attempt.settle(
          this.#conductors.call(conductor, 'get_boot_config', params, attempt),
          this.#deadlines,
        )
        if (isUsable(script)) {
          attempts.push({ conductor, milliseconds: performance.now() - startedAt })
          return { script, conductor }
        }
        // An empty or half-written file. It must not get out: a BIOS would run it as a boot program.
        failure = new BootringError(
          'BootConfigUnavailable',
          `conductor ${conductor} answered with something that is no ${fileName} (${script.length} characters)`,
        )
      } catch (error) {
        internal = !(error instanceof BootringError)
        failure = asFailure(error, conductor)
      }
      const now = performance.now()
      attempts.push({
        conductor,
        milliseconds: now - startedAt,
        error: { code: internal ? 'Internal' : failure.code, message: failure.message, timedOut: attempt.timedOut },
      })
      if (finalCodes.has(failure.code)) throw failure
      if (failure.code !== 'ConductorUnreachable') telling ??= failure
      startedAt = now
    }
    throw telling ?? new BootringError('ConductorUnreachable', unreachable(order.length, attempts.length))
  }
}

function unreachable(candidates: number, asked: number): string {
  if (asked === candidates) return `none of the node's ${candidates} conductors could be reached`
  return `${asked} of the node's ${candidates} conductors could not be reached, and time ran out`
}

/**
 * What a conductor's failure means for this node. That its database is down, or that it is overloaded, must not become
 * a 503: only registered nodes get this far, and the answer would tell them from the others.
 */
function asFailure(error: unknown, conductor: string): BootringError {
  if (!(error instanceof BootringError)) {
    const message = error instanceof Error ? error.message : String(error)
    return new BootringError('BootConfigUnavailable', `conductor ${conductor} failed: ${message}`, { cause: error })
  }
  if (error.kind.httpStatus !== 404) {
    return new BootringError('BootConfigUnavailable', `conductor ${conductor}: ${error.message}`, { cause: error })
  }
  return error
}

/**
 * The context of one call, with its time-out. A call within the same process has no use for an `AbortSignal`, and
 * making one costs more than the rest of the attempt: it is made when first asked for.
 */
class TimedCall implements Deadline {
  readonly requestId: string
  readonly expiresAt: number
  readonly #timeoutMilliseconds: number
  #controller: AbortController | undefined
  #giveUp: ((error: BootringError) => void) | undefined
  timedOut = false

  constructor(requestId: string, timeoutMilliseconds: number, expiresAt: number) {
    this.requestId = requestId
    this.#timeoutMilliseconds = timeoutMilliseconds
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

  /** The call's own outcome, or `ConductorUnreachable` when the time is over, also where the callee ignores the signal. */
  settle<T>(call: Promise<T>, deadlines: Deadlines): Promise<T> {
    return new Promise((resolve, reject) => {
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
