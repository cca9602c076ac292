import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Version {
  content: Buffer
  /** None: the origin knows no ranges either. */
  etag?: string
  sendsLength?: boolean
  /** Goes on in whatever it holds now. */
  ignoresConditions?: boolean
}

/** A server of images that can be made slow, broken, and made to hold something else. */
export class ImageOrigin {
  version: Version = { content: Buffer.from('image'), etag: '"1"' }
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers'] }[] = []
  /** How far answers go; then they wait, until this is raised or they are broken off. */
  #limit = Number.POSITIVE_INFINITY
  #refusal: number | undefined
  readonly #sending = new Set<() => void>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers })
      if (this.#refusal !== undefined) return void response.writeHead(this.#refusal).end()
      const { content, etag, ignoresConditions = false, sendsLength = true } = this.version
      if (etag !== undefined && request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
      const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
      const isSame = ignoresConditions || (etag !== undefined && request.headers['if-range'] === etag)
      const from = isSame ? Number(asked ?? 0) : 0
      response.writeHead(from > 0 ? 206 : 200, {
        ...(etag === undefined ? {} : { etag }),
        ...(sendsLength ? { 'content-length': content.length - from } : {}),
        ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
      })
      let at = from
      const send = () => {
        const upTo = Math.min(this.#limit, content.length)
        if (at < upTo) response.write(content.subarray(at, upTo))
        at = Math.max(at, upTo)
        if (at === content.length) response.end()
      }
      this.#sending.add(send)
      response.flushHeaders()
      response.once('close', () => this.#sending.delete(send))
      send()
    })
  }

  static async start(): Promise<ImageOrigin> {
    const origin = new ImageOrigin()
    await new Promise<void>((resolve) => origin.#server.listen(0, '127.0.0.1', resolve))
    return origin
  }

  url(path = '/image'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`
  }

  stopAt(bytes: number): void {
    this.#limit = bytes
  }

  goOn(): void {
    this.#limit = Number.POSITIVE_INFINITY
    for (const send of this.#sending) send()
  }

  /** All requests from now on. */
  refuse(status: number): void {
    this.#refusal = status
  }

  /** Cuts off whoever is being served. */
  breakOff(): void {
    this.#server.closeAllConnections()
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
