import type { Dispatcher, Pool } from 'undici'
import { BootringError } from '../model/errors.ts'
import { connectionFailure } from './connection-failure.ts'
import { brokeUsedConnection } from './tracking-connector.ts'

/** A whole answer. */
export interface Exchange {
  status: number
  body: string
}

export interface ExchangeRequest {
  hostname: string
  headers: Record<string, string>
  body: string
  timeoutMs: number
  signal: AbortSignal | undefined
}

/** A kept connection turned out to be dead before a byte of the answer came: worth one more try on a fresh one, where the method bears that. */
export class ReusedConnectionReset extends BootringError {
  constructor(cause: BootringError) {
    super(cause.code, cause.message, { cause: cause.cause })
  }
}

/** Boot files are a few KiB; nobody may fill our memory. */
const maxAnswerBytes = 4 * 1024 * 1024

/** One POST and its answer. Rejects with `ConductorUnreachable`; on any way out the time-out and the signal are let go. */
export function startExchange(pool: Pool, request: ExchangeRequest): Promise<Exchange> {
  const { headers, body, signal } = request
  return new Promise((resolve, reject) => {
    const handler = new ExchangeHandler(request, resolve, reject)
    if (signal?.aborted) handler.giveUp(`the call was given up: ${reasonOf(signal)}`, signal.reason)
    else pool.dispatch({ path: '/', method: 'POST', headers, body }, handler)
  })
}

function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : String(signal.reason)
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest
  readonly #resolve: (exchange: Exchange) => void
  readonly #reject: (error: BootringError) => void
  readonly #timer: NodeJS.Timeout
  readonly #onAbort: (() => void) | undefined
  #controller: Dispatcher.DispatchController | undefined
  #settled = false
  #status = 0
  #bytes = 0
  #chunks: Buffer[] = []

  constructor(request: ExchangeRequest, resolve: (exchange: Exchange) => void, reject: (error: BootringError) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = setTimeout(() => this.giveUp(`no answer within ${request.timeoutMs / 1000} s`), request.timeoutMs)
    const { signal } = request
    if (signal !== undefined) {
      this.#onAbort = () => this.giveUp(`the call was given up: ${reasonOf(signal)}`, signal.reason)
      signal.addEventListener('abort', this.#onAbort, { once: true })
    }
  }

  /** Rejects, and ends the connection where one was in use: its answer would come too late. */
  giveUp(reason: string, cause?: unknown): void {
    if (!this.#settle()) return
    const error = new BootringError('ConductorUnreachable', `conductor ${this.#request.hostname}: ${reason}`, { cause })
    this.#reject(error)
    this.#controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Given up while it stood in the queue.
    if (this.#settled) controller.abort(new Error('given up'))
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > maxAnswerBytes) this.giveUp(`the answer is larger than ${maxAnswerBytes} bytes`)
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (!this.#settle()) return
    const [first] = this.#chunks
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#bytes)
    this.#resolve({ status: this.#status, body: body.toString('utf8') })
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    if (!this.#settle()) return
    const message = `conductor ${this.#request.hostname}: ${connectionFailure(cause)}`
    const error = new BootringError('ConductorUnreachable', message, { cause })
    this.#reject(this.#status === 0 && brokeUsedConnection(cause) ? new ReusedConnectionReset(error) : error)
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    clearTimeout(this.#timer)
    if (this.#onAbort !== undefined) this.#request.signal?.removeEventListener('abort', this.#onAbort)
    return true
  }
}
