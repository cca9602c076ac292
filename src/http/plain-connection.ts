import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { HeldConnection } from './connection-table.ts'
import type { HttpExchange } from './http-exchange.ts'
import { type PlainRequest, parsePlainRequest } from './plain-request.ts'
import { userAgentIn } from './user-agent.ts'

export interface PlainConnectionParts {
  /** Whether a request is to be handed to `handle`; all others are Node's. */
  takes(request: PlainRequest): boolean
  handle(exchange: PlainExchange): void
  /** Gives the connection, and what has come over it so far, to Node's server. */
  handOver(socket: Socket, received: Buffer): void
  /** Nothing came over a fresh connection for too long. */
  onSilence(socket: Socket): void
  headersTimeoutMilliseconds: number
  keepAliveTimeoutMilliseconds: number
}

/** A request read from a plain connection. */
export interface PlainExchange extends HttpExchange {
  readonly request: PlainRequest
}

/**
 * A connection on which only plain requests have come so far, one at a time. They are read and answered without the
 * objects that Node's server makes for each: that takes a third of the processor time. At the first other request the
 * connection becomes an ordinary one of Node's server, for good.
 */
export class PlainConnection {
  readonly #socket: Socket
  readonly #held: HeldConnection
  readonly #parts: PlainConnectionParts
  #used = false
  #draining = false
  #ended = false

  constructor(socket: Socket, held: HeldConnection, parts: PlainConnectionParts) {
    this.#socket = socket
    this.#held = held
    this.#parts = parts
    socket.setNoDelay(true)
    socket.setTimeout(parts.headersTimeoutMilliseconds)
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('timeout', this.#onTimeout)
  }

  get #isBusy(): boolean {
    return this.#held.requests > 0
  }

  /** Ends it when nothing is being answered, else after the answer. */
  drain(): void {
    this.#draining = true
    if (!this.#isBusy) this.#socket.destroySoon()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isBusy) {
      // Sent ahead of the answer: it comes again when the socket is resumed.
      this.#socket.pause()
      this.#socket.unshift(chunk)
      return
    }
    const request = parsePlainRequest(chunk)
    if (request === undefined || !this.#parts.takes(request)) {
      this.#handOver(chunk)
      return
    }
    this.#held.requests = 1
    this.#held.used = true
    this.#parts.handle(new Exchange(request, this.#socket, this.#answer))
  }

  /** The client sends no more: it gets the answer that it waits for. */
  readonly #onEnd = (): void => {
    this.#ended = true
    if (!this.#isBusy) this.#socket.end()
  }

  readonly #onError = (): void => {
    this.#socket.destroy()
  }

  readonly #onTimeout = (): void => {
    // Whoever answers has a time limit of its own.
    if (this.#isBusy) return
    if (this.#used) this.#socket.destroy()
    else this.#parts.onSilence(this.#socket)
  }

  readonly #answer = (status: number, fields: readonly string[], body: string, last: boolean): void => {
    this.#held.requests = 0
    const socket = this.#socket
    if (socket.destroyed) return
    if (!this.#used) {
      this.#used = true
      socket.setTimeout(this.#parts.keepAliveTimeoutMilliseconds)
    }
    const closes = last || this.#draining || this.#ended
    const keepAlive = closes
      ? 'close'
      : `keep-alive\r\nKeep-Alive: timeout=${Math.floor(this.#parts.keepAliveTimeoutMilliseconds / 1000)}`
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`
    for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`
    text += `Date: ${dateField()}\r\nConnection: ${keepAlive}\r\n\r\n${body}`
    const asciiOnly = Buffer.byteLength(body) === body.length
    const flushed = socket.write(text, asciiOnly ? 'latin1' : 'utf8')
    // As Node does it: one that has sent more is not read any more, so that its own end would never be heard.
    if (closes) socket.destroySoon()
    else if (!flushed) this.#waitForDrain()
    else if (socket.isPaused()) socket.resume()
  }

  /** A client that does not read its answers is not read either. */
  #waitForDrain(): void {
    this.#socket.pause()
    this.#socket.once('drain', () => this.#socket.resume())
  }

  #handOver(received: Buffer): void {
    const socket = this.#socket
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).off('timeout', this.#onTimeout)
    socket.setTimeout(0)
    this.#parts.handOver(socket, received)
  }
}

class Exchange implements PlainExchange {
  readonly request: PlainRequest
  readonly #socket: Socket
  readonly #answer: HttpExchange['answer']

  constructor(request: PlainRequest, socket: Socket, answer: HttpExchange['answer']) {
    this.request = request
    this.#socket = socket
    this.#answer = answer
  }

  get method(): string {
    return this.request.method
  }

  get target(): string {
    return this.request.target
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  get userAgent(): string | undefined {
    return userAgentIn(this.request.fields)
  }

  answer(status: number, fields: readonly string[], body: string, last: boolean): void {
    this.#answer(status, fields, body, last || this.request.last)
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

let dateSecond = -1
let dateText = ''

/** The present second, made once a second. */
function dateField(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}
