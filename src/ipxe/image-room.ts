import { statfs } from 'node:fs/promises'

const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

/** Whether this happened because the disk takes no (more) files. */
export function isNoRoom(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if ('code' in at && codes.has(at.code)) return true
  return false
}

/** Throws ENOSPC where so many bytes can't fit: better than after most of them have been fetched. */
export async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(folder)
  // Some file systems say nothing.
  if (blocks === 0 || bavail * bsize >= bytes) return
  const message = `ENOSPC: ${bytes} bytes do not fit into ${folder}, where ${bavail * bsize} are free`
  throw Object.assign(new Error(message), { code: 'ENOSPC' })
}
