import { createReadStream } from 'node:fs'
import { link, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Logger } from '../observe/logger.ts'
import type { ImageArrival, ImageBytes } from './image-arrival.ts'
import { ImageDownload } from './image-download.ts'
import { explained, type FetchParts, fetchImage, type ImageProgress } from './image-fetch.ts'
import { ImageHttp } from './image-http.ts'
import { ImageIndex, type KnownImage } from './image-index.ts'
import { ImageQueue } from './image-queue.ts'
import { isNoRoom } from './image-room.ts'
import { isFileUrl, openImage, unavailable, type Validators, withoutPassword } from './image-source.ts'
import { temporaryName, unlessMissing } from './write-file-atomically.ts'

export interface ImageBlobsOptions {
  /** `[conductor]file_url_allowed_paths`. */
  fileUrlAllowedPaths: readonly string[]
  /** `[bootring]image_download_timeout`, for one image. */
  downloadTimeoutSeconds: number
  logger: Logger
  /** Called every few seconds while an image is being fetched. */
  onProgress?: (progress: ImageProgress) => void
  /** Called after each fetch, or question whether the copy is still good, with the bytes of one that was fetched. */
  onFetch?: (result: 'fetched' | 'unchanged' | 'failed', bytes?: number) => void
}

/** A URL that was looked at this recently is not asked again: a thousand nodes with one URL are one question. */
const freshMilliseconds = 60_000
/** For servers that give nothing to ask "changed since?" by, where asking means fetching it all. */
const freshMillisecondsUnconditional = 3_600_000
/** After the disk was found full, nothing is fetched onto it for so long: each attempt would take most of a download. */
const noRoomMilliseconds = 30_000
/** Fetches at once: as many as nodes that are prepared at once, and as many again as machines may be waiting for. */
const fetchLimits = { background: 8, urgent: 64 }
/** Machines that are sent an image from its source, each by a request of its own. */
const maxPassedThrough = 32

/** Images by content, one file each in a folder: `<sha256>`. What lies behind equal URLs, or is equal, is there once. */
export class ImageBlobs {
  readonly #folder: string
  readonly #options: ImageBlobsOptions
  readonly #index: ImageIndex
  readonly #http = new ImageHttp()
  readonly #fetchParts: FetchParts
  readonly #queue = new ImageQueue(fetchLimits)
  /** URLs being fetched. */
  readonly #downloads = new Map<string, ImageDownload>()
  /** When each URL was last found to hold what we have. */
  readonly #checkedAt = new Map<string, number>()
  #noRoomUntil = 0
  #passedThrough = 0

  constructor(folder: string, options: ImageBlobsOptions) {
    this.#folder = folder
    this.#options = options
    this.#index = new ImageIndex(folder)
    this.#fetchParts = {
      http: this.#http,
      fileUrlAllowedPaths: options.fileUrlAllowedPaths,
      timeoutSeconds: options.downloadTimeoutSeconds,
      logger: options.logger,
      onProgress: options.onProgress,
    }
  }

  /** Before anything else is called but `direct`. */
  open(): Promise<void> {
    return this.#index.open()
  }

  path(sha256: string): string {
    return join(this.#folder, sha256)
  }

  /** One download for all that ask while it runs. */
  obtain(url: string): ImageDownload {
    const running = this.#downloads.get(url)
    if (running) return running
    const started = new ImageDownload((onArrival) =>
      this.#queue.add(() => this.#refresh(url, onArrival).finally(() => this.#downloads.delete(url))),
    )
    this.#downloads.set(url, started)
    return started
  }

  /**
   * The image for one machine, without writing anything: from the copy, where there is one, or straight from its source;
   * undefined where too many get it from there already. Throws `ImageUnavailable`.
   */
  async direct(url: string): Promise<ImageBytes | undefined> {
    // Looking at a file costs nothing, and tells whether the copy is old.
    const held = isFileUrl(url) ? undefined : await this.#held(url).catch(() => undefined)
    if (held) return bytesOf(createReadStream(this.path(held.sha256)), (await stat(this.path(held.sha256))).size)
    if (this.#passedThrough >= maxPassedThrough) return undefined
    this.#passedThrough += 1
    const letGo = () => {
      this.#passedThrough -= 1
    }
    try {
      const signal = AbortSignal.timeout(this.#options.downloadTimeoutSeconds * 1000)
      const opening = await openImage(url, { ...this.#fetchParts, signal, known: {} })
      if (opening === 'unchanged') return this.#refuse(url)
      opening.body.once('close', letGo)
      const bytes = bytesOf(opening.body, opening.totalBytes ?? 0)
      if (bytes.totalBytes > 0) return bytes
      bytes.cancel()
    } catch (error) {
      letGo()
      throw explained(url, error)
    }
    throw unavailable(url, 'it is empty, or of unknown length, and there is no room for a copy')
  }

  /** Removes what no node has a link to. Returns how many. */
  async removeUnlinked(): Promise<number> {
    const gone = new Set<string>()
    for (const name of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue
      if ((await stat(this.path(name))).nlink > 1) continue
      await rm(this.path(name), { force: true })
      gone.add(name)
    }
    await this.#index.forget(gone)
    return gone.size
  }

  async close(): Promise<void> {
    await this.#http.close()
  }

  async #refresh(url: string, onArrival: (arrival: ImageArrival) => void): Promise<string> {
    if (!/^(?:file|https?):\/\//i.test(url)) throw unavailable(url, 'only file, http and https URLs can be fetched')
    const held = await this.#held(url)
    if (held && this.#isFresh(url, held.validators)) return held.sha256
    const temporary = temporaryName(join(this.#folder, 'image'))
    const fetched = await this.#fetch(url, temporary, held, onArrival)
    this.#checkedAt.set(url, performance.now())
    if (fetched === 'unchanged') return held?.sha256 ?? this.#refuse(url)
    const { arrival, sha256, validators } = fetched
    try {
      await this.#keep(temporary, sha256)
      await this.#index.set(url, { sha256, validators })
    } finally {
      await arrival.release()
    }
    this.#options.logger.info({ url: withoutPassword(url), bytes: arrival.bytes, sha256 }, 'fetched an image')
    return sha256
  }

  async #fetch(
    url: string,
    temporary: string,
    held: KnownImage | undefined,
    onArrival: (arrival: ImageArrival) => void,
  ) {
    try {
      if (performance.now() < this.#noRoomUntil) throw unavailable(url, 'the disk is full', new NoRoom())
      const fetched = await fetchImage(url, temporary, held?.validators ?? {}, this.#fetchParts, onArrival)
      if (fetched === 'unchanged') this.#options.onFetch?.('unchanged')
      else this.#options.onFetch?.('fetched', fetched.arrival.bytes)
      return fetched
    } catch (error) {
      this.#options.onFetch?.('failed')
      if (isNoRoom(error) && performance.now() >= this.#noRoomUntil)
        this.#noRoomUntil = performance.now() + noRoomMilliseconds
      if (!held || isFileUrl(url)) throw error
      // An image server that is down must not keep machines from booting what is here already.
      const fields = { err: error, url: withoutPassword(url) }
      this.#options.logger.warn(fields, 'could not ask for a newer image; using the copy')
      return 'unchanged' as const
    }
  }

  async #held(url: string): Promise<KnownImage | undefined> {
    const known = this.#index.get(url)
    return known && (await unlessMissing(stat(this.path(known.sha256)))) ? known : undefined
  }

  /** A copy that is there already stays: nodes have links to it, and a new one would be a second copy. */
  async #keep(temporary: string, sha256: string): Promise<void> {
    try {
      await link(temporary, this.path(sha256))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      await rm(temporary, { force: true })
    }
  }

  #refuse(url: string): never {
    throw unavailable(url, 'the server says "not changed" of what was never fetched')
  }

  #isFresh(url: string, { etag, fileVersion, lastModified }: Validators) {
    const checkedAt = this.#checkedAt.get(url)
    // Looking at a file costs nothing.
    if (checkedAt === undefined || fileVersion !== undefined) return false
    const conditional = etag !== undefined || lastModified !== undefined
    return performance.now() - checkedAt < (conditional ? freshMilliseconds : freshMillisecondsUnconditional)
  }
}

class NoRoom extends Error {
  readonly code = 'ENOSPC'
}

function bytesOf(body: Readable, totalBytes: number): ImageBytes {
  // One that is cancelled would throw its end at the process; `read` throws it at the reader.
  body.on('error', () => undefined)
  return { totalBytes, read: () => body, cancel: () => body.destroy() }
}
