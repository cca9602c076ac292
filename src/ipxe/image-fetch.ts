import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { ImageHttp } from './image-http.ts'
import {
  type OpenedImage,
  openFile,
  openHttp,
  TransientFailure,
  unavailable,
  type Validators,
  withoutPassword,
} from './image-source.ts'

export interface ImageProgress {
  url: string
  bytes: number
  /** undefined where the server does not say. */
  totalBytes: number | undefined
}

export interface FetchParts {
  http: ImageHttp
  fileUrlAllowedPaths: readonly string[]
  timeoutSeconds: number
  logger: Logger
  onProgress?: ((progress: ImageProgress) => void) | undefined
}

export interface FetchedImage {
  sha256: string
  bytes: number
  validators: Validators
}

const attempts = 5
const progressEveryMilliseconds = 5_000

/**
 * Fetches an image into `path` (made anew), computing its digest on the way, or finds that the copy with the validators
 * `known` is still good. Broken transfers go on where they broke. Throws `ImageUnavailable`; then there is no file.
 */
export async function fetchImage(
  url: string,
  path: string,
  known: Validators,
  parts: FetchParts,
): Promise<FetchedImage | 'unchanged'> {
  const signal = AbortSignal.timeout(parts.timeoutSeconds * 1000)
  const transfer = new Transfer(url, path, parts)
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const resume = transfer.resumable
        const opening = /^file:/i.test(url)
          ? await openFile(url, parts.fileUrlAllowedPaths, known)
          : await openHttp(url, { http: parts.http, signal, known, resume })
        if (opening === 'unchanged') return 'unchanged'
        return await transfer.receive(opening, signal)
      } catch (error) {
        if (signal.aborted) throw unavailable(url, `not there within ${parts.timeoutSeconds} seconds`, error)
        if (!isTransient(error) || attempt === attempts) throw explained(url, error)
        parts.logger.warn({ err: error, url: withoutPassword(url), attempt }, 'image transfer broke; trying again')
        await sleep(attempt * 500)
      }
    }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await transfer.close()
  }
}

const transientCodes: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
])

/** What has arrived so far, over several attempts. */
class Transfer {
  readonly #url: string
  readonly #path: string
  readonly #parts: FetchParts
  #file: FileHandle | undefined
  #hash: Hash = createHash('sha256')
  #bytes = 0
  #validators: Validators = {}
  #nextReport = performance.now() + progressEveryMilliseconds

  constructor(url: string, path: string, parts: FetchParts) {
    this.#url = url
    this.#path = path
    this.#parts = parts
  }

  get resumable(): { offset: number; validators: Validators } | undefined {
    return this.#bytes === 0 ? undefined : { offset: this.#bytes, validators: this.#validators }
  }

  async receive(opening: OpenedImage, signal: AbortSignal): Promise<FetchedImage> {
    try {
      await this.#append(opening, signal)
    } finally {
      opening.body.destroy()
    }
    if (opening.totalBytes !== undefined && this.#bytes !== opening.totalBytes)
      throw new TransientFailure(`${this.#bytes} of ${opening.totalBytes} bytes arrived`)
    if (this.#bytes === 0) throw unavailable(this.#url, 'it is empty')
    await this.#file?.datasync()
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes, validators: opening.validators }
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  async #append(opening: OpenedImage, signal: AbortSignal): Promise<void> {
    this.#file ??= await open(this.#path, 'wx', 0o644)
    if (opening.offset !== this.#bytes) await this.#restart(opening)
    this.#validators = opening.validators
    for await (const chunk of opening.body) {
      signal.throwIfAborted()
      await this.#file.appendFile(chunk)
      this.#hash.update(chunk)
      this.#bytes += chunk.length
      this.#report(opening.totalBytes)
    }
  }

  async #restart(opening: OpenedImage): Promise<void> {
    if (opening.offset !== 0) throw new TransientFailure('the server went on at another byte than it was asked for')
    await this.#file?.truncate(0)
    await this.#file?.close()
    await rm(this.#path, { force: true })
    this.#file = await open(this.#path, 'wx', 0o644)
    this.#hash = createHash('sha256')
    this.#bytes = 0
  }

  #report(totalBytes: number | undefined): void {
    if (performance.now() < this.#nextReport) return
    this.#nextReport = performance.now() + progressEveryMilliseconds
    const progress: ImageProgress = { url: withoutPassword(this.#url), bytes: this.#bytes, totalBytes }
    this.#parts.logger.info({ ...progress }, 'still fetching an image')
    this.#parts.onProgress?.(progress)
  }
}

/** The disk's own errors, and answers that will be the same next time, are not. */
function isTransient(error: unknown): boolean {
  if (error instanceof BootringError) return false
  if (error instanceof TransientFailure) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return transientCodes.has(code)
}

function explained(url: string, error: unknown): BootringError {
  if (error instanceof BootringError) return error
  return unavailable(url, error instanceof Error ? error.message || error.name : String(error), error)
}
