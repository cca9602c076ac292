import { type FSWatcher, watch } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isCanonicalUuid } from '../../model/canonical-uuid.ts'
import type { Logger } from '../../observe/logger.ts'

export interface FolderWatchOptions {
  roots: readonly string[]
  /** Something may have changed about a node's file. */
  onChange(nodeUuid: string): void
  log: Logger
}

interface WatchedRoot {
  inode: number
  watcher: FSWatcher
  /** By node. */
  folders: Map<string, FSWatcher>
}

/** The only file in a node's folder that is a boot file; the others are kernels and ramdisks, large and often written. */
export const bootFileOnDisk = 'config'

/**
 * Watches the nodes' folders by inotify: each root for folders that come and go, each folder for its boot file. It may
 * miss something (a root on a network file system, too many changes at once): look yourself now and then.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions
  readonly #watched = new Map<string, WatchedRoot>()
  #refused = false
  #complained = false
  #closed = false

  constructor(options: FolderWatchOptions) {
    this.#options = { ...options, roots: [...new Set(options.roots)] }
  }

  /** Whether the system refuses to watch some folder: then all have to be looked at often. */
  get incomplete(): boolean {
    return this.#refused
  }

  /** Watches roots and folders that are new, and lets go of those that are gone. Reports folders that were not watched so far. */
  async refresh(): Promise<void> {
    this.#refused = false
    for (const root of this.#options.roots) await this.#refreshRoot(root)
  }

  close(): void {
    this.#closed = true
    for (const root of this.#watched.keys()) this.#forget(root)
  }

  async #refreshRoot(root: string): Promise<void> {
    const inode = await stat(root).then(
      ({ ino }) => ino,
      () => undefined,
    )
    const known = this.#watched.get(root)
    if (known !== undefined && known.inode !== inode) this.#forget(root)
    if (inode === undefined || this.#closed) return
    if (!this.#watched.has(root)) {
      const watcher = this.#watch(root, (name) => {
        if (name !== null && isCanonicalUuid(name)) this.#folderChanged(root, name)
      })
      if (watcher === undefined) return
      this.#watched.set(root, { inode, watcher, folders: new Map() })
    }
    const folders = this.#watched.get(root)?.folders
    const names = new Set((await readdir(root).catch(() => [])).filter(isCanonicalUuid))
    for (const name of names) if (folders?.has(name) === false) this.#folderChanged(root, name)
    for (const name of folders?.keys() ?? []) if (!names.has(name)) this.#unwatchFolder(root, name)
  }

  /** A folder that was removed and made again is another one. */
  #folderChanged(root: string, nodeUuid: string): void {
    this.#unwatchFolder(root, nodeUuid)
    const watcher = this.#watch(join(root, nodeUuid), (name) => {
      if (name === null || name === bootFileOnDisk) this.#options.onChange(nodeUuid)
    })
    if (watcher !== undefined) this.#watched.get(root)?.folders.set(nodeUuid, watcher)
    this.#options.onChange(nodeUuid)
  }

  #unwatchFolder(root: string, nodeUuid: string): void {
    const folders = this.#watched.get(root)?.folders
    folders?.get(nodeUuid)?.close()
    folders?.delete(nodeUuid)
  }

  #watch(folder: string, onEvent: (name: string | null) => void): FSWatcher | undefined {
    if (this.#closed) return undefined
    try {
      const watcher = watch(folder, { persistent: false }, (_type, name) => onEvent(name))
      watcher.on('error', (error) => this.#complain(folder, error))
      return watcher
    } catch (error) {
      this.#complain(folder, error)
      return undefined
    }
  }

  #complain(folder: string, error: unknown): void {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return
    this.#refused = true
    if (this.#complained) return
    this.#complained = true
    const remedy = code === 'ENOSPC' || code === 'EMFILE' ? 'raise fs.inotify.max_user_watches' : undefined
    this.#options.log.warn(
      { folder, reason: (error as Error).message, remedy },
      'can not watch: looking every few seconds',
    )
  }

  #forget(root: string): void {
    const known = this.#watched.get(root)
    this.#watched.delete(root)
    known?.watcher.close()
    for (const folder of known?.folders.values() ?? []) folder.close()
  }
}
