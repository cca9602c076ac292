import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request and the way to answer it, however it was read from the wire. */
export interface HttpExchange {
  readonly method: string
  /** As the client wrote it. */
  readonly target: string
  /** undefined when the client is gone already. */
  readonly remoteAddress: string | undefined
  /** As the client calls itself; undefined where it does not. */
  readonly userAgent: string | undefined
  /**
   * Answers; once. `fields` are header names and values in turn, `Content-Length` among them. `last`: the connection
   * ends after it. `Date` and what is said of the connection are added.
   */
  answer(status: number, fields: readonly string[], body: string, last: boolean): void
  /** Gives up without an answer. */
  destroy(): void
}

/** A request that Node's own parser read. */
export class NodeHttpExchange implements HttpExchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request
    this.#response = response
  }

  get method(): string {
    return this.#request.method ?? ''
  }

  get target(): string {
    return this.#request.url ?? ''
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket.remoteAddress
  }

  get userAgent(): string | undefined {
    return this.#request.headers['user-agent']
  }

  answer(status: number, fields: readonly string[], body: string, last: boolean): void {
    if (last) this.#response.shouldKeepAlive = false
    this.#response.writeHead(status, [...fields]).end(body)
  }

  destroy(): void {
    this.#response.destroy()
  }
}
