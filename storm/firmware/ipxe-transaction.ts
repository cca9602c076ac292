import type { Cancel } from './firmware-clock.ts'
import type { ConnectionUser, IpxeConnection } from './ipxe-connection.ts'
import type { FetchOptions, IpxeHttp } from './ipxe-http.ts'
import { IpxeResponse, type Progress } from './ipxe-response.ts'
import { type IpxeUrl, parseIpxeUrl } from './ipxe-url.ts'

/** How a fetch ended: where the body came from at last, or why there is none. */
export type TransactionResult = { url: IpxeUrl; failure?: undefined } | { failure: string; hangs: boolean }

/** The version is that of Debian's package, which the laboratory's machines have. */
const userAgent = 'iPXE/1.0.0+git-20190125.36a4c85-5.1'

/** iPXE follows for ever; a client that does so is lost. */
const maxRedirects = 200

/** One fetch: requests until there is a body or a failure (src/net/tcp/httpcore.c, src/core/monojob.c). */
export class IpxeTransaction implements ConnectionUser {
  readonly #http: IpxeHttp
  readonly #options: FetchOptions
  readonly #settle: (result: TransactionResult) => void
  #url: IpxeUrl
  #connection: IpxeConnection | undefined
  #response: IpxeResponse
  #attempt = 0
  #redirects = 0
  #startedMs = 0
  #keptConnection = false
  #lastProgressMs: number
  #cancelTimeout: Cancel | undefined
  #cancelPause: Cancel | undefined
  #done = false

  constructor(http: IpxeHttp, options: FetchOptions, settle: (result: TransactionResult) => void) {
    this.#http = http
    this.#options = options
    this.#settle = settle
    this.#url = options.url
    this.#lastProgressMs = http.clock.nowMs()
    this.#response = new IpxeResponse(options.body)
    this.#watch()
    this.#request()
  }

  /** What it waits for now. */
  get doing(): string {
    const url = this.#url.text
    if (this.#cancelPause) return `waits until it may ask again for ${url}`
    if (!this.#response.begun) return `waits for an answer to ${url}`
    return this.#response.endless ? `waits for the end of ${url}, which has no length` : `waits for the rest of ${url}`
  }

  opened(): void {
    const { target, hostHeader } = this.#url
    this.#connection?.send(
      `GET ${target} HTTP/1.1\r\nConnection: keep-alive\r\nUser-Agent: ${userAgent}\r\nHost: ${hostHeader}\r\n\r\n`,
    )
  }

  received(bytes: Buffer): void {
    const before = this.#response.bytes
    const progress = this.#response.take(bytes)
    // Only a body that is wanted counts as progress, not that of an error.
    if (this.#response.bytes > before && this.#response.succeeded) this.#lastProgressMs = this.#http.clock.nowMs()
    this.#went(progress)
  }

  closed(failure: string | undefined): void {
    this.#connection = undefined
    this.#went(failure === undefined ? this.#response.closed() : { failure })
  }

  /** The one automatic repetition: of a request on a kept connection of which nothing came any more. */
  stale(): void {
    this.#connection = undefined
    this.#report('kept connection was closed')
    this.#request()
  }

  /** Ends it without a result that anybody waits for. */
  abort(): void {
    this.#fail('switched off')
  }

  #request(): void {
    this.#attempt += 1
    this.#startedMs = this.#http.clock.nowMs()
    this.#response = new IpxeResponse(this.#options.body)
    const { connection, kept } = this.#http.connection(this.#url)
    this.#connection = connection
    this.#keptConnection = kept
    connection.user = this
    if (connection.open) this.opened()
  }

  #went(progress: Progress): void {
    if (progress === 'more') return
    if (progress !== 'complete') {
      this.#fail(progress.failure)
      return
    }
    const { status, succeeded, keepAlive, location, retryAfterSeconds } = this.#response
    if (this.#connection && keepAlive) this.#http.keep(this.#url, this.#connection)
    else this.#connection?.close()
    this.#connection = undefined
    if (succeeded) {
      this.#report(undefined)
      this.#end({ url: this.#url })
    } else if (location !== undefined) {
      this.#report('redirected')
      this.#redirect(location)
    } else if (retryAfterSeconds !== undefined) {
      this.#report(`status ${status}, to ask again after ${retryAfterSeconds} s`)
      this.#askAgainAfter(retryAfterSeconds * 1000)
    } else this.#fail(`status ${status}`)
  }

  #redirect(location: string): void {
    const url = parseIpxeUrl(location, this.#url)
    this.#redirects += 1
    if (url?.scheme !== 'http') this.#end({ failure: `redirected to ${location}`, hangs: false })
    else if (this.#redirects > maxRedirects) this.#end({ failure: 'redirected in a circle', hangs: true })
    else {
      this.#url = url
      this.#request()
    }
  }

  #askAgainAfter(wantedMs: number): void {
    if (wantedMs === 0) {
      this.#request()
      return
    }
    const { clock, observer } = this.#http
    const { timeoutMs } = this.#options
    const atMs = clock.nowMs()
    const patienceMs = timeoutMs === 0 ? Number.POSITIVE_INFINITY : this.#lastProgressMs + timeoutMs - atMs
    // The wait is no progress: it ends where the time-out does.
    const waitMs = Math.min(wantedMs, Math.max(patienceMs, 0))
    this.#cancelTimeout?.()
    this.#cancelPause = clock.pause(waitMs, () => {
      this.#cancelPause = undefined
      const ms = clock.nowMs() - atMs
      this.#http.pausedMs += ms
      observer.saw({ type: 'pause', atMs, ms, reason: 'retry-after' })
      if (waitMs < wantedMs) this.#end({ failure: 'timed out', hangs: false })
      else {
        this.#watch()
        this.#request()
      }
    })
  }

  #watch(): void {
    const { timeoutMs } = this.#options
    if (timeoutMs === 0) return
    const leftMs = this.#lastProgressMs + timeoutMs - this.#http.clock.nowMs()
    this.#cancelTimeout = this.#http.clock.limit(Math.max(leftMs, 0), () => {
      // There may have been progress since it was set.
      if (this.#lastProgressMs + timeoutMs - this.#http.clock.nowMs() >= 1) this.#watch()
      else this.#fail('timed out')
    })
  }

  #report(failure: string | undefined): void {
    const { clock, observer } = this.#http
    observer.saw({
      type: 'request',
      atMs: this.#startedMs,
      ms: clock.nowMs() - this.#startedMs,
      url: this.#url.text,
      attempt: this.#attempt,
      keptConnection: this.#keptConnection,
      status: this.#response.status,
      failure,
      bytes: this.#response.bytes,
    })
  }

  #fail(failure: string): void {
    if (this.#done) return
    this.#connection?.close()
    this.#connection = undefined
    if (!this.#cancelPause) this.#report(failure)
    this.#end({ failure, hangs: false })
  }

  #end(result: TransactionResult): void {
    if (this.#done) return
    this.#done = true
    this.#cancelTimeout?.()
    this.#cancelPause?.()
    this.#settle(result)
  }
}
