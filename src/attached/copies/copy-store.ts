import type { Logger } from '../../observe/logger.ts'
import type { Copy } from './copy.ts'
import { CopyFolder } from './copy-folder.ts'
import { maxCopies, maxTotalBytes } from './limits.ts'
import { fileKey } from './listed-file.ts'

export interface CopyStoreOptions {
  /** `[bootring]replica_path`. */
  path: string
  log: Logger
  maxCopies?: number
  maxTotalBytes?: number
  /** How long to leave a disk alone that can't be written to. Default: 30. */
  retrySeconds?: number
}

/** All copies, in memory and on the disk. What the disk does not take is served from memory, and tried again. */
export class CopyStore {
  readonly #folder: CopyFolder
  readonly #log: Logger
  readonly #maxCopies: number
  readonly #maxTotalBytes: number
  readonly #retryMilliseconds: number
  readonly #copies = new Map<string, Copy>()
  #bytes = 0
  /** What the disk does not say yet. */
  readonly #unwritten = new Set<string>()
  #writing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #diskFails = false
  #full = false
  #closed = false

  constructor(options: CopyStoreOptions) {
    this.#folder = new CopyFolder(options.path)
    this.#log = options.log
    this.#maxCopies = options.maxCopies ?? maxCopies
    this.#maxTotalBytes = options.maxTotalBytes ?? maxTotalBytes
    this.#retryMilliseconds = (options.retrySeconds ?? 30) * 1000
  }

  /** Reads what was kept before a restart. Throws `ConfigInvalid` where the folder can't be used. */
  async open(): Promise<void> {
    await this.#folder.open()
    const { copies, damaged } = await this.#folder.load()
    for (const copy of copies) if (this.#fits(copy)) this.#keep(copy)
    if (damaged > 0) this.#log.warn({ damaged }, 'copies of boot files were damaged and have been removed')
    if (copies.length > 0) this.#log.info({ copies: this.#copies.size }, 'copies of boot files are there from before')
  }

  get size(): number {
    return this.#copies.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get(nodeUuid: string, name: string): Copy | undefined {
    return this.#copies.get(fileKey(nodeUuid, name))
  }

  all(): Copy[] {
    return [...this.#copies.values()]
  }

  /** Keeps a copy in place of the one of the same node and name. False where there is no room. */
  put(copy: Copy): boolean {
    if (!this.#fits(copy)) {
      if (!this.#full) {
        this.#full = true
        const figures = { copies: this.#copies.size, bytes: this.#bytes, maxCopies: this.#maxCopies }
        this.#log.warn({ ...figures, maxTotalBytes: this.#maxTotalBytes }, 'no room for more copies of boot files')
      }
      return false
    }
    this.#keep(copy)
    this.#toDisk(fileKey(copy.nodeUuid, copy.name))
    return true
  }

  remove({ name, nodeUuid }: Pick<Copy, 'nodeUuid' | 'name'>): void {
    const key = fileKey(nodeUuid, name)
    const copy = this.#copies.get(key)
    if (copy === undefined) return
    this.#copies.delete(key)
    this.#bytes -= Buffer.byteLength(copy.text)
    this.#full = false
    this.#toDisk(key)
  }

  /** Resolves when the disk says what the memory says, or can't. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.flush()
  }

  #fits(copy: Copy): boolean {
    const old = this.get(copy.nodeUuid, copy.name)
    const bytes = this.#bytes + Buffer.byteLength(copy.text) - Buffer.byteLength(old?.text ?? '')
    return bytes <= this.#maxTotalBytes && (old !== undefined || this.#copies.size < this.#maxCopies)
  }

  #keep(copy: Copy): void {
    const key = fileKey(copy.nodeUuid, copy.name)
    this.#bytes += Buffer.byteLength(copy.text) - Buffer.byteLength(this.#copies.get(key)?.text ?? '')
    this.#copies.set(key, copy)
  }

  #toDisk(key: string): void {
    this.#unwritten.add(key)
    // A disk that fails is left alone for a while.
    if (this.#timer === undefined) this.#startWriting()
  }

  #startWriting(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
      // What has come since it looked last.
      if (this.#unwritten.size > 0 && !this.#diskFails) this.#startWriting()
    })
  }

  /** One file at a time, so that the last word of each is the last on the disk. */
  async #write(): Promise<void> {
    for (const key of this.#unwritten) {
      this.#unwritten.delete(key)
      const copy = this.#copies.get(key)
      try {
        await (copy === undefined ? this.#folder.remove(key) : this.#folder.write(copy))
      } catch (error) {
        this.#unwritten.add(key)
        if (!this.#diskFails) this.#log.warn({ err: error }, 'copies of boot files can not be written: kept in memory')
        this.#diskFails = true
        if (!this.#closed) this.#retryLater()
        return
      }
    }
    if (this.#diskFails) this.#log.info({}, 'copies of boot files are on the disk again')
    this.#diskFails = false
  }

  #retryLater(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#startWriting()
    }, this.#retryMilliseconds).unref()
  }
}
