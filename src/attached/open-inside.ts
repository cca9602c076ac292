import { constants, type FileHandle, open, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { BootringError } from '../model/errors.ts'

/** Linux's O_PATH, which Node does not name: a descriptor that says where a file is, and touches nothing of it. */
const justThePlace = 0o10000000

const absent: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/**
 * Opens a regular file below `root` for reading; undefined where there is none. Links are followed as long as the file
 * that they lead to lies below the root, which may be a link itself. It is the opened file that is looked at, so nobody
 * can put another in its place meanwhile; nothing but a regular file is opened at all, so that no FIFO waits for a
 * writer and no device does what devices do. Throws `BootConfigUnavailable` for all else.
 */
export async function openInside(root: string, ...path: string[]): Promise<FileHandle | undefined> {
  const named = join(root, ...path)
  try {
    const realRoot = await realpath(root)
    const place = await open(join(realRoot, ...path), justThePlace)
    try {
      const itself = `/proc/self/fd/${place.fd}`
      const realPath = await readlink(itself)
      if (!realPath.startsWith(realRoot === '/' ? realRoot : `${realRoot}/`)) {
        throw unusable(`${named} leads out of ${root}, to ${realPath}`)
      }
      const stats = await place.stat()
      if (!stats.isFile()) throw unusable(`${named} is no regular file`)
      // Removed since it was opened.
      if (stats.nlink === 0) return undefined
      return await open(itself, constants.O_RDONLY | constants.O_NONBLOCK)
    } finally {
      await place.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (absent.has(code)) return undefined
    if (error instanceof BootringError) throw error
    if (code === 'EACCES' || code === 'EPERM')
      throw unusable(`${named} may not be read by the user that bootring runs as`, error)
    if (code === 'ELOOP') throw unusable(`${named} is a link that leads round in a circle`, error)
    throw unusable(`${named} can't be read: ${(error as Error).message}`, error)
  }
}

function unusable(message: string, cause?: unknown): BootringError {
  return new BootringError('BootConfigUnavailable', message, { cause })
}
