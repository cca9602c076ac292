import { link, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkUuid, isCanonicalUuid } from '../model/canonical-uuid.ts'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import { type FetchParts, fetchImage, type ImageProgress } from './image-fetch.ts'
import { ImageHttp } from './image-http.ts'
import { ImageIndex } from './image-index.ts'
import { unavailable, withoutPassword } from './image-source.ts'
import { imageFileNames, type NodeImage } from './node-images.ts'
import { temporaryName, unlessMissing, viaTemporary } from './write-file-atomically.ts'

export interface ImageStoreOptions {
  httpRoot: string
  /** `[conductor]file_url_allowed_paths`. */
  fileUrlAllowedPaths: readonly string[]
  /** `[bootring]image_download_timeout`, for one image. */
  downloadTimeoutSeconds: number
  logger: Logger
  /** Called every few seconds while an image is being fetched. */
  onProgress?: (progress: ImageProgress) => void
}

/** A URL that was looked at this recently is not asked again: a thousand nodes with one URL are one question. */
const freshMilliseconds = 60_000
/** For servers that give nothing to ask "changed since?" by, where asking means fetching it all. */
const freshMillisecondsUnconditional = 3_600_000

/**
 * Kernels and ramdisks by content: `<http_root>/.images/<sha256>`, with a hard link `<http_root>/<uuid>/<name>` for each
 * node that boots it. However many nodes or URLs lead to the same bytes, they are fetched and stored once.
 */
export class ImageStore {
  readonly #options: ImageStoreOptions
  readonly #root: string
  readonly #folder: string
  readonly #index: ImageIndex
  readonly #http = new ImageHttp()
  readonly #fetchParts: FetchParts
  /** URLs being fetched. */
  readonly #fetching = new Map<string, Promise<string>>()
  /** When each URL was last found to hold what we have. */
  readonly #checkedAt = new Map<string, number>()
  /** Calls of `ensure` under way: what they have fetched has no link yet, and must not be taken for unused. */
  #ensuring = 0
  /** While what is unused is being removed, nothing can begin to be used. */
  #removing: Promise<void> | undefined

  constructor(options: ImageStoreOptions) {
    this.#options = options
    this.#root = resolve(options.httpRoot)
    this.#folder = join(this.#root, '.images')
    this.#index = new ImageIndex(this.#folder)
    this.#fetchParts = {
      http: this.#http,
      fileUrlAllowedPaths: options.fileUrlAllowedPaths,
      timeoutSeconds: options.downloadTimeoutSeconds,
      logger: options.logger,
      onProgress: options.onProgress,
    }
  }

  /**
   * Makes these the node's images; others that it has stay until the node's folder goes, so that one of a pair may be asked for
   * alone. Throws `ImageUnavailable`; what the node had then stays.
   */
  async ensure(nodeUuid: string, images: readonly NodeImage[]): Promise<void> {
    const folder = join(this.#root, checkUuid(nodeUuid))
    while (this.#removing) await this.#removing.catch(() => undefined)
    this.#ensuring += 1
    try {
      await this.#index.open()
      const digests = await Promise.all(images.map(({ url }) => this.#obtain(url)))
      await mkdir(folder, { recursive: true, mode: 0o755 })
      for (const [at, { fileName }] of images.entries())
        await this.#link(join(this.#folder, digests[at] ?? ''), join(folder, fileName))
    } catch (error) {
      throw explained(images, error)
    } finally {
      this.#ensuring -= 1
    }
  }

  /**
   * Removes the images of all nodes but these, and then whatever no node boots any more; nothing while images are being
   * fetched. The next call will find it.
   */
  async removeUnused(keepUuids: ReadonlySet<string>): Promise<void> {
    if (this.#ensuring > 0 || this.#removing) return
    this.#removing = this.#removeUnused(keepUuids).finally(() => {
      this.#removing = undefined
    })
    await this.#removing
  }

  async #removeUnused(keepUuids: ReadonlySet<string>): Promise<void> {
    await this.#index.open()
    for (const entry of await readdir(this.#root, { withFileTypes: true })) {
      if (!entry.isDirectory() || !isCanonicalUuid(entry.name) || keepUuids.has(entry.name)) continue
      for (const name of imageFileNames) await rm(join(this.#root, entry.name, name), { force: true })
    }
    const gone = new Set<string>()
    for (const name of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue
      const path = join(this.#folder, name)
      if ((await stat(path)).nlink > 1) continue
      await rm(path, { force: true })
      gone.add(name)
    }
    await this.#index.forget(gone)
    if (gone.size > 0) this.#options.logger.info({ removed: gone.size }, 'removed images that no node boots any more')
  }

  async close(): Promise<void> {
    await this.#http.close()
  }

  /** The digest under which the URL's content lies in the folder. */
  #obtain(url: string): Promise<string> {
    const running = this.#fetching.get(url)
    if (running) return running
    const started = this.#refresh(url).finally(() => this.#fetching.delete(url))
    this.#fetching.set(url, started)
    return started
  }

  async #refresh(url: string): Promise<string> {
    if (!/^(?:file|https?):\/\//i.test(url)) throw unavailable(url, 'only file, http and https URLs can be fetched')
    const known = this.#index.get(url)
    const held = known && (await unlessMissing(stat(join(this.#folder, known.sha256)))) ? known : undefined
    if (held && this.#isFresh(url, held.validators)) return held.sha256
    const temporary = temporaryName(join(this.#folder, 'image'))
    const fetched = await fetchImage(url, temporary, held?.validators ?? {}, this.#fetchParts).catch(
      (error: unknown) => {
        if (!held || /^file:/i.test(url)) throw error
        // An image server that is down must not keep machines from booting what is here already.
        this.#options.logger.warn(
          { err: error, url: withoutPassword(url) },
          'could not ask for a newer image; using the copy',
        )
        return 'unchanged' as const
      },
    )
    this.#checkedAt.set(url, performance.now())
    if (fetched === 'unchanged') return held?.sha256 ?? this.#refuse(url)
    await this.#keep(temporary, fetched.sha256)
    await this.#index.set(url, { sha256: fetched.sha256, validators: fetched.validators })
    this.#options.logger.info(
      { url: withoutPassword(url), bytes: fetched.bytes, sha256: fetched.sha256 },
      'fetched an image',
    )
    return fetched.sha256
  }

  /** A copy that is there already stays: nodes have links to it, and a new one would be a second copy. */
  async #keep(temporary: string, sha256: string): Promise<void> {
    try {
      await link(temporary, join(this.#folder, sha256))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      await rm(temporary, { force: true })
    }
  }

  #refuse(url: string): never {
    throw unavailable(url, 'the server says "not changed" of what was never fetched')
  }

  #isFresh(
    url: string,
    { etag, fileVersion, lastModified }: { etag?: string; fileVersion?: string; lastModified?: string },
  ) {
    const checkedAt = this.#checkedAt.get(url)
    // Looking at a file costs nothing.
    if (checkedAt === undefined || fileVersion !== undefined) return false
    const conditional = etag !== undefined || lastModified !== undefined
    return performance.now() - checkedAt < (conditional ? freshMilliseconds : freshMillisecondsUnconditional)
  }

  async #link(image: string, path: string): Promise<void> {
    const [wanted, present] = await Promise.all([
      stat(image, { bigint: true }),
      unlessMissing(stat(path, { bigint: true })),
    ])
    // Renaming one of two links to a file onto the other does nothing, and would leave the temporary one.
    if (present?.ino === wanted.ino && present.dev === wanted.dev) return
    await viaTemporary(path, (temporary) => link(image, temporary))
  }
}

function explained(images: readonly NodeImage[], error: unknown): BootringError {
  if (error instanceof BootringError) return error
  const urls = images.map(({ url }) => url).join(', ')
  return unavailable(urls, error instanceof Error ? error.message : String(error), error)
}
