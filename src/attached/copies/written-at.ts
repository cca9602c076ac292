import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bootFileOnDisk } from './folder-watch.ts'

/** When a file was last written, and what else tells that it was written since. */
export interface FileStamp {
  /** Since 1970, UTC. */
  writtenAtMilliseconds: number
  bytes: number
}

/** Of a node's boot file in this root; undefined where there is none. Throws the system's error where that can't be told, or the root itself is gone. */
export async function fileStamp(root: string, nodeUuid: string): Promise<FileStamp | undefined> {
  try {
    const { mtimeMs, size } = await stat(join(root, nodeUuid, bootFileOnDisk))
    return { writtenAtMilliseconds: mtimeMs, bytes: size }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    // A root that has vanished says nothing of single files.
    await stat(root)
    return undefined
  }
}

/** When Ironic's conductor on this host last wrote a boot file for a node, in any root; undefined where it has none. */
export async function lastWrittenHere(roots: readonly string[], nodeUuid: string): Promise<number | undefined> {
  const stamps = await Promise.all(roots.map((root) => fileStamp(root, nodeUuid).catch(() => undefined)))
  const times = stamps.flatMap((stamp) => (stamp === undefined ? [] : [stamp.writtenAtMilliseconds]))
  return times.length === 0 ? undefined : Math.max(...times)
}
