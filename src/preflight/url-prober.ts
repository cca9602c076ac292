import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Agent } from 'undici'
import { preflightUserAgent } from '../model/preflight-requests.ts'
import { type ImageKind, imageKind } from './images/image-kind.ts'

/** What a URL answered. */
export type Probe =
  | { outcome: 'failed'; message: string }
  | {
      outcome: 'answered'
      status: number
      /** Of the whole file; undefined where the server does not say. */
      bytes: number | undefined
      /** What its beginning says that it is. */
      kind: ImageKind
      /** The server's clock, as it says in its answer. */
      date: Date | undefined
      /** Asked again later, it may be there. */
      retryAfter: string | undefined
    }

export interface ProberLimits {
  /** URLs asked at a time. */
  concurrent: number
  connectMilliseconds: number
  /** From the request until the beginning of the file is here. */
  answerMilliseconds: number
}

export const proberLimits: ProberLimits = { concurrent: 16, connectMilliseconds: 5_000, answerMilliseconds: 15_000 }

/** Enough for the headers of kernels: a PE header lies within the first kilobytes. */
const headBytes = 8 * 1024
const maxTextBytes = 1024 * 1024
const maxRedirections = 5

/**
 * Asks each URL once, by a GET of its beginning: unlike HEAD, that shows what is there, and that it is sent. TLS is not checked: firmware
 * trusts others than this host does, and certificates are a check of their own.
 */
export class UrlProber {
  readonly #limits: ProberLimits
  readonly #answers = new Map<string, Promise<Probe>>()
  readonly #queue: (() => void)[] = []
  #running = 0
  #agent: Promise<Agent> | undefined

  constructor(limits: Partial<ProberLimits> = {}) {
    this.#limits = { ...proberLimits, ...limits }
  }

  /** Never rejects. */
  probe(url: string): Promise<Probe> {
    const known = this.#answers.get(url)
    if (known !== undefined) return known
    const asked = this.#inTurn(() => this.#ask(url))
    this.#answers.set(url, asked)
    return asked
  }

  /** The whole text; undefined where there is none, or too much of it. Never rejects. */
  text(url: string): Promise<string | undefined> {
    return this.#inTurn(async () => {
      try {
        const { bytes, status, whole } = await this.#get(url, maxTextBytes, {})
        return status === 200 && whole ? bytes.toString('utf8') : undefined
      } catch {
        return undefined
      }
    })
  }

  async close(): Promise<void> {
    await (await this.#agent)?.destroy()
  }

  async #ask(url: string): Promise<Probe> {
    try {
      if (/^file:/i.test(url)) return await readBeginning(fileURLToPath(url))
      const { bytes, headers, status, whole } = await this.#get(url, headBytes, { range: `bytes=0-${headBytes - 1}` })
      const date = new Date(String(headers.date ?? ''))
      return {
        outcome: 'answered',
        status,
        bytes: sizeOf(status, headers) ?? (whole ? bytes.length : undefined),
        kind: imageKind(bytes),
        date: Number.isNaN(date.getTime()) ? undefined : date,
        retryAfter: headers['retry-after'],
      }
    } catch (error) {
      return { outcome: 'failed', message: describe(error, this.#limits) }
    }
  }

  /** `whole`: there was no more than these bytes. */
  async #get(url: string, most: number, headers: Record<string, string>) {
    const { interceptors, request } = await import('undici')
    const dispatcher = (await this.#open()).compose(interceptors.redirect({ maxRedirections }))
    const answer = await request(url, {
      dispatcher,
      // Compressed on the way, neither lengths nor beginnings would be those of the file.
      headers: { 'accept-encoding': 'identity', 'user-agent': preflightUserAgent, ...headers },
      signal: AbortSignal.timeout(this.#limits.answerMilliseconds),
    })
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of answer.body) {
      chunks.push(chunk)
      length += chunk.length
      if (length > most) break
    }
    // A server that knows no ranges would go on with the rest of an image.
    answer.body.destroy()
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, value?.toString()])),
      bytes: Buffer.concat(chunks).subarray(0, most),
      whole: length <= most && answer.statusCode !== 206,
    }
  }

  #open(): Promise<Agent> {
    this.#agent ??= import('undici').then(
      ({ Agent }) =>
        new Agent({
          connect: { timeout: this.#limits.connectMilliseconds, rejectUnauthorized: false },
          connections: 4,
        }),
    )
    return this.#agent
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limits.concurrent) await new Promise<void>((resolve) => this.#queue.push(resolve))
    else this.#running += 1
    try {
      return await work()
    } finally {
      // A place that is handed on stays taken.
      const next = this.#queue.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}

/** Images may be files of the conductor's host. */
async function readBeginning(path: string): Promise<Probe> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = await file.stat()
    if (!stat.isFile()) return { outcome: 'failed', message: 'it is no regular file' }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    const kind = imageKind(buffer.subarray(0, bytesRead))
    return { outcome: 'answered', status: 200, bytes: stat.size, kind, date: undefined, retryAfter: undefined }
  } finally {
    await file.close()
  }
}

function sizeOf(status: number, headers: Record<string, string | undefined>): number | undefined {
  const text = status === 206 ? headers['content-range']?.split('/')[1] : headers['content-length']
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

function describe(error: unknown, limits: ProberLimits): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  if (error.name === 'TimeoutError') return `no answer within ${limits.answerMilliseconds / 1000} s`
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `no connection within ${limits.connectMilliseconds / 1000} s`
  const cause = error instanceof AggregateError ? error.errors[0] : error.cause
  return cause instanceof Error ? cause.message : error.message || String(code)
}
