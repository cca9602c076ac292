import { link, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkUuid, isCanonicalUuid } from '../model/canonical-uuid.ts'
import { BootringError } from '../model/errors.ts'
import type { ImageBytes } from './image-arrival.ts'
import { ImageBlobs, type ImageBlobsOptions } from './image-blobs.ts'
import type { ImageDownload } from './image-download.ts'
import { unavailable } from './image-source.ts'
import { imageFileNames, type NodeImage } from './node-images.ts'
import { unlessMissing, viaTemporary } from './write-file-atomically.ts'

export interface ImageStoreOptions extends ImageBlobsOptions {
  httpRoot: string
}

/** A node's image that a machine waits for. */
export interface AwaitedImage {
  /** When the node has its file. Throws `ImageUnavailable`. */
  ready: Promise<void>
  /** What has arrived and what is still to come; undefined where that can't be read before it is ready. */
  arriving(): Promise<ImageBytes | undefined>
  /** Without writing anything, for when the disk is full; undefined where too many do so. Throws `ImageUnavailable`. */
  direct(): Promise<ImageBytes | undefined>
}

/**
 * Kernels and ramdisks by content: `<http_root>/.images/<sha256>`, with a hard link `<http_root>/<uuid>/<name>` for each
 * node that boots it. However many nodes or URLs lead to the same bytes, they are fetched and stored once.
 */
export class ImageStore {
  readonly #options: ImageStoreOptions
  readonly #root: string
  readonly #blobs: ImageBlobs
  /** Calls of `ensure` and `hurry` under way: what they have fetched has no link yet, and must not be taken for unused. */
  #inUse = 0
  /** While what is unused is being removed, nothing can begin to be used. */
  #removing: Promise<void> | undefined

  constructor(options: ImageStoreOptions) {
    this.#options = options
    this.#root = resolve(options.httpRoot)
    this.#blobs = new ImageBlobs(join(this.#root, '.images'), options)
  }

  /**
   * Makes these the node's images; others that it has stay until the node's folder goes, so that one of a pair may be asked for
   * alone. Throws `ImageUnavailable`; what the node had then stays.
   */
  async ensure(nodeUuid: string, images: readonly NodeImage[]): Promise<void> {
    await this.#ensure(nodeUuid, images, () => undefined)
  }

  /** The same for one image that a machine waits for: it is fetched before all others, and can be read meanwhile. */
  hurry(nodeUuid: string, image: NodeImage): AwaitedImage {
    const begun = Promise.withResolvers<ImageDownload | undefined>()
    const ready = this.#ensure(nodeUuid, [image], (download) => {
      download.hurry()
      begun.resolve(download)
    })
    ready.catch(() => begun.resolve(undefined))
    return {
      ready,
      arriving: async () => (await begun.promise)?.arriving(),
      direct: () => this.#blobs.direct(image.url),
    }
  }

  async #ensure(
    nodeUuid: string,
    images: readonly NodeImage[],
    onDownload: (download: ImageDownload) => void,
  ): Promise<void> {
    const folder = join(this.#root, checkUuid(nodeUuid))
    while (this.#removing) await this.#removing.catch(() => undefined)
    this.#inUse += 1
    try {
      await this.#blobs.open()
      const digests = await Promise.all(
        images.map(({ url }) => {
          const download = this.#blobs.obtain(url)
          onDownload(download)
          return download.digest
        }),
      )
      await mkdir(folder, { recursive: true, mode: 0o755 })
      for (const [at, { fileName }] of images.entries())
        await this.#link(this.#blobs.path(digests[at] ?? ''), join(folder, fileName))
    } catch (error) {
      throw explained(images, error)
    } finally {
      this.#inUse -= 1
    }
  }

  /**
   * Removes the images of all nodes but these, and then whatever no node boots any more; nothing while images are being
   * fetched. The next call will find it.
   */
  async removeUnused(keepUuids: ReadonlySet<string>): Promise<void> {
    if (this.#inUse > 0 || this.#removing) return
    this.#removing = this.#removeUnused(keepUuids).finally(() => {
      this.#removing = undefined
    })
    await this.#removing
  }

  async #removeUnused(keepUuids: ReadonlySet<string>): Promise<void> {
    await this.#blobs.open()
    for (const entry of await readdir(this.#root, { withFileTypes: true })) {
      if (!entry.isDirectory() || !isCanonicalUuid(entry.name) || keepUuids.has(entry.name)) continue
      for (const name of imageFileNames) await rm(join(this.#root, entry.name, name), { force: true })
    }
    const removed = await this.#blobs.removeUnlinked()
    if (removed > 0) this.#options.logger.info({ removed }, 'removed images that no node boots any more')
  }

  async close(): Promise<void> {
    await this.#blobs.close()
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
