import { type FileHandle, open } from 'node:fs/promises'

/** An image that a machine can be sent although the node has no file of it. */
export interface ImageBytes {
  totalBytes: number
  /** Each chunk holds until the next is asked for. Throws when the rest will not come: what was read is worth nothing then. */
  read(): AsyncIterable<Uint8Array>
  /** Instead of `read`. */
  cancel(): void
}

/** Each reader holds one such buffer. */
const chunkBytes = 256 * 1024

/**
 * One version of an image while it is being written into a file, for any number of readers. All use one descriptor, so that
 * renaming or removing the file does not concern them; it is closed when the writer and the last reader have let go.
 */
export class ImageArrival {
  /** undefined where the source does not say. */
  readonly totalBytes: number | undefined
  readonly #file: FileHandle
  #bytes = 0
  #whole = false
  #failure: Error | undefined
  #users = 1
  #news = Promise.withResolvers<void>()

  private constructor(file: FileHandle, totalBytes: number | undefined) {
    this.#file = file
    this.totalBytes = totalBytes
  }

  /** Into `path`, which must not be there yet. */
  static async begin(path: string, totalBytes: number | undefined): Promise<ImageArrival> {
    return new ImageArrival(await open(path, 'wx+', 0o644), totalBytes)
  }

  get bytes(): number {
    return this.#bytes
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#file.appendFile(chunk)
    this.#bytes += chunk.length
    this.#tell()
  }

  /** All of it is there. */
  async finish(): Promise<void> {
    await this.#file.datasync()
    this.#whole = true
    this.#tell()
  }

  /** Nothing more will come, or what comes belongs to another version: cuts all readers off. */
  break(failure: Error): void {
    this.#failure = failure
    this.#tell()
  }

  /** By the writer, when it offers this to no more readers. */
  async release(): Promise<void> {
    this.#users -= 1
    if (this.#users === 0) await this.#file.close()
  }

  /** For one reader; undefined where firmware could not be told a length, or nothing more is to be had here. */
  offer(): ImageBytes | undefined {
    if (!this.totalBytes || this.#failure !== undefined || this.#users === 0) return undefined
    return { totalBytes: this.totalBytes, read: () => this.#read(this.totalBytes ?? 0), cancel: () => undefined }
  }

  async *#read(end: number): AsyncGenerator<Uint8Array> {
    if (this.#users === 0) throw new Error('the image was closed before it was read')
    this.#users += 1
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, end))
    try {
      let at = 0
      while (at < end) {
        const news = this.#news.promise
        if (this.#failure !== undefined) throw this.#failure
        // The last byte is what makes a download a success: it waits until the source was seen to be whole and unchanged.
        const readable = this.#whole ? end : Math.min(this.#bytes, end - 1)
        const length = Math.min(chunkBytes, readable - at)
        if (length === 0) {
          await news
          continue
        }
        const { bytesRead } = await this.#file.read(buffer, 0, length, at)
        if (bytesRead === 0) throw new Error('the image became shorter while it was read')
        at += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await this.release()
    }
  }

  #tell(): void {
    this.#news.resolve()
    this.#news = Promise.withResolvers<void>()
  }
}
