import { createHash, type Hash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import { ImageArrival } from './image-arrival.ts'
import type { ImageHttp } from './image-http.ts'
import { checkRoom } from './image-room.ts'
import {
  type OpenedImage,
  openImage,
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
  validators: Validators
  /** Whole. The caller releases it. */
  arrival: ImageArrival
}

/** Without getting further. */
const attempts = 5
/** With machines that have a part of it already. */
const attemptsToGoOn = 10
const progressEveryMilliseconds = 5_000

/**
 * Fetches an image into `path` (made anew), computing its digest on the way, or finds that the copy with the validators
 * `known` is still good. Broken transfers go on where they broke. `onArrival` hears of each version of the image whose
 * first bytes are there. Throws `ImageUnavailable`; then there is no file, and readers are cut off.
 */
export async function fetchImage(
  url: string,
  path: string,
  known: Validators,
  parts: FetchParts,
  onArrival: (arrival: ImageArrival) => void = () => undefined,
): Promise<FetchedImage | 'unchanged'> {
  const signal = AbortSignal.timeout(parts.timeoutSeconds * 1000)
  const transfer = new Transfer(url, path, parts, onArrival)
  const hasCopy = Object.keys(known).length > 0
  let furthest = 0
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const resume = transfer.resumable
        const opening = await openImage(url, { ...parts, signal, known, resume })
        if (opening === 'unchanged') {
          await transfer.discard(unavailable(url, 'the source has the earlier version again'))
          return 'unchanged'
        }
        return await transfer.receive(opening, signal)
      } catch (error) {
        if (signal.aborted) throw unavailable(url, `not there within ${parts.timeoutSeconds} seconds`, error)
        if (transfer.bytes > furthest) attempt = 1
        furthest = Math.max(furthest, transfer.bytes)
        // Machines that wait are better served by the copy.
        const limit = furthest > 0 ? attemptsToGoOn : hasCopy ? 1 : attempts
        if (!isTransient(error) || attempt >= limit) throw explained(url, error)
        parts.logger.warn({ err: error, url: withoutPassword(url), attempt }, 'image transfer broke; trying again')
        await sleep(attempt * 500)
      }
    }
  } catch (error) {
    await transfer.discard(explained(url, error))
    throw error
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
  readonly #onArrival: (arrival: ImageArrival) => void
  #arrival: ImageArrival | undefined
  #hash: Hash = createHash('sha256')
  #validators: Validators = {}
  #nextReport = performance.now() + progressEveryMilliseconds

  constructor(url: string, path: string, parts: FetchParts, onArrival: (arrival: ImageArrival) => void) {
    this.#url = url
    this.#path = path
    this.#parts = parts
    this.#onArrival = onArrival
  }

  get bytes(): number {
    return this.#arrival?.bytes ?? 0
  }

  get resumable(): { offset: number; validators: Validators } | undefined {
    return this.bytes === 0 ? undefined : { offset: this.bytes, validators: this.#validators }
  }

  async receive(opening: OpenedImage, signal: AbortSignal): Promise<FetchedImage> {
    // One that is never read would throw its end at the process.
    opening.body.on('error', () => undefined)
    try {
      const arrival = await this.#append(opening, signal)
      if (opening.totalBytes !== undefined && arrival.bytes !== opening.totalBytes)
        throw new TransientFailure(`${arrival.bytes} of ${opening.totalBytes} bytes arrived`)
      if (arrival.bytes === 0) throw unavailable(this.#url, 'it is empty')
      if (await opening.hasChanged?.()) throw new TransientFailure('it was changed while it was read')
      await arrival.finish()
      return { sha256: this.#hash.digest('hex'), validators: opening.validators, arrival }
    } finally {
      opening.body.destroy()
    }
  }

  /** Removes what has arrived, and cuts its readers off. */
  async discard(why: Error): Promise<void> {
    const arrival = this.#arrival
    this.#arrival = undefined
    this.#hash = createHash('sha256')
    arrival?.break(why)
    await arrival?.release()
    await rm(this.#path, { force: true })
  }

  async #append(opening: OpenedImage, signal: AbortSignal): Promise<ImageArrival> {
    if (this.#arrival !== undefined && !this.#goesOn(this.#arrival, opening))
      await this.discard(unavailable(this.#url, 'the source has another version now'))
    if (opening.offset !== this.bytes)
      throw new TransientFailure('the server went on at another byte than it was asked for')
    this.#arrival ??= await this.#begin(opening.totalBytes)
    const arrival = this.#arrival
    this.#validators = opening.validators
    for await (const chunk of opening.body) {
      signal.throwIfAborted()
      const isFirst = arrival.bytes === 0
      await arrival.append(chunk)
      this.#hash.update(chunk)
      if (isFirst) this.#onArrival(arrival)
      this.#report(opening.totalBytes)
    }
    return arrival
  }

  /** `If-Range` is meant to see to it; readers rely on it, so a server that errs is not believed. */
  #goesOn(arrival: ImageArrival, { offset, totalBytes, validators }: OpenedImage): boolean {
    const sameLength = arrival.totalBytes === undefined || arrival.totalBytes === totalBytes
    return offset === arrival.bytes && sameLength && validators.etag === this.#validators.etag
  }

  async #begin(totalBytes: number | undefined): Promise<ImageArrival> {
    if (totalBytes !== undefined) await checkRoom(dirname(this.#path), totalBytes)
    return await ImageArrival.begin(this.#path, totalBytes)
  }

  #report(totalBytes: number | undefined): void {
    if (performance.now() < this.#nextReport) return
    this.#nextReport = performance.now() + progressEveryMilliseconds
    const progress: ImageProgress = { url: withoutPassword(this.#url), bytes: this.bytes, totalBytes }
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

export function explained(url: string, error: unknown): BootringError {
  if (error instanceof BootringError) return error
  return unavailable(url, error instanceof Error ? error.message || error.name : String(error), error)
}
