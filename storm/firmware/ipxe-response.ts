/*
 * How iPXE reads an HTTP answer (src/net/tcp/httpcore.c): more lenient than others where it does not look, stricter
 * where it does.
 */

/** What a piece of an answer, or the connection's end, led to; a text is a failure. */
export type Progress = 'more' | 'complete' | { failure: string }

type State = 'headers' | 'identity' | 'chunk-length' | 'chunk' | 'trailers' | 'complete'

/** Used where `Retry-After` is a date. */
const unreadableRetryAfterSeconds = 5

const lineFeed = 0x0a

export class IpxeResponse {
  /** Undefined until the head is whole. */
  status: number | undefined
  keepAlive = false
  retryAfterSeconds: number | undefined
  location: string | undefined
  /** Of the body, so far. */
  bytes = 0
  /** Whether anything came at all. */
  begun = false
  #contentLength: number | undefined
  #chunked = false
  #state: State = 'headers'
  /** Of the current chunk. */
  #remaining = 0
  /** A head or line that has not ended yet. */
  #text = ''
  readonly #body: (bytes: Buffer) => void

  /** `body` gets the pieces of a 2xx answer's body as they arrive; they are valid during the call only. */
  constructor(body: (bytes: Buffer) => void) {
    this.#body = body
  }

  get succeeded(): boolean {
    return this.status !== undefined && this.status >= 200 && this.status < 300
  }

  /** Whether it waits for an end that only the server's closing can bring. */
  get endless(): boolean {
    return this.#state === 'identity' && this.#contentLength === undefined
  }

  /** Takes the next piece. */
  take(piece: Buffer): Progress {
    this.begun = true
    let rest = piece
    while (rest.length > 0) {
      if (this.#state === 'complete') return { failure: 'unsolicited data' }
      const used = this.#step(rest)
      if (typeof used !== 'number') return used
      rest = rest.subarray(used)
    }
    return this.#state === 'complete' ? 'complete' : 'more'
  }

  /** The server closed the connection, in order (`reset` false) or not. */
  closed(): Progress {
    if (!this.endless) return { failure: this.#state === 'identity' ? 'content length underrun' : 'connection closed' }
    this.#state = 'complete'
    return 'complete'
  }

  /** How many bytes it used up. */
  #step(piece: Buffer): number | { failure: string } {
    if (this.#state === 'headers') return this.#takeHead(piece)
    if (this.#state === 'identity') {
      const { failure } = this.#takeIdentity(piece)
      return failure === undefined ? piece.length : { failure }
    }
    if (this.#state === 'chunk') return this.#takeChunk(piece)
    const end = piece.indexOf(lineFeed)
    this.#text += piece.toString('latin1', 0, end < 0 ? piece.length : end)
    if (end < 0) return piece.length
    const line = this.#text.replace(/\r$/, '')
    this.#text = ''
    const failure = this.#state === 'trailers' ? this.#takeTrailer(line) : this.#takeChunkLength(line)
    return failure === undefined ? end + 1 : { failure }
  }

  #takeHead(piece: Buffer): number | { failure: string } {
    const before = this.#text.length
    this.#text += piece.toString('latin1')
    const end = /\r?\n\r?\n/.exec(this.#text)
    if (!end) return piece.length
    const failure = this.#parseHead(this.#text.slice(0, end.index))
    this.#text = ''
    return failure === undefined ? end.index + end[0].length - before : { failure }
  }

  #parseHead(head: string): string | undefined {
    const [statusLine = '', ...lines] = head.split('\n')
    const parts = /^HTTP\/(\S*)\s+(\d+) /.exec(statusLine)
    if (!parts) return 'invalid status line'
    const version = parts[1] ?? ''
    this.status = Number(parts[2])
    this.keepAlive = !version.startsWith('0') && !version.startsWith('1.0')
    for (const line of lines) {
      const colon = line.indexOf(':')
      if (colon < 0) return 'invalid header'
      const failure = this.#takeHeader(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
      if (failure !== undefined) return failure
    }
    this.#state = this.#chunked ? 'chunk-length' : 'identity'
    if (!this.#chunked && this.#contentLength === 0) this.#state = 'complete'
    return undefined
  }

  #takeHeader(name: string, value: string): string | undefined {
    if (name === 'content-length') {
      if (!/^\d+$/.test(value)) return 'invalid content length'
      this.#contentLength = Number(value)
    } else if (name === 'connection') {
      for (const token of value.toLowerCase().split(/[\s,]+/)) {
        if (token === 'keep-alive') this.keepAlive = true
        if (token === 'close') this.keepAlive = false
      }
    } else if (name === 'transfer-encoding') {
      if (value.toLowerCase() !== 'chunked') return 'unsupported transfer encoding'
      this.#chunked = true
    } else if (name === 'location') this.location = value
    else if (name === 'retry-after')
      this.retryAfterSeconds = /^\d+$/.test(value) ? Number(value) : unreadableRetryAfterSeconds
    return undefined
  }

  #takeIdentity(piece: Buffer): { failure?: string } {
    const length = this.bytes + piece.length
    if (this.#contentLength !== undefined && length > this.#contentLength) return { failure: 'content length overrun' }
    this.#deliver(piece)
    if (length === this.#contentLength) this.#state = 'complete'
    return {}
  }

  #takeChunk(piece: Buffer): number {
    const part = piece.subarray(0, this.#remaining)
    this.#deliver(part)
    this.#remaining -= part.length
    if (this.#remaining === 0) this.#state = 'chunk-length'
    return part.length
  }

  #takeChunkLength(line: string): string | undefined {
    // The end of the chunk before.
    if (line === '') return undefined
    if (!/^[0-9a-f]+$/i.test(line)) return 'invalid chunk length'
    this.#remaining = Number.parseInt(line, 16)
    this.#state = this.#remaining === 0 ? 'trailers' : 'chunk'
    return undefined
  }

  #takeTrailer(line: string): undefined {
    if (line === '') this.#state = 'complete'
  }

  #deliver(piece: Buffer): void {
    this.bytes += piece.length
    if (this.succeeded) this.#body(piece)
  }
}
