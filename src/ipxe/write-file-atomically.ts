import { randomUUID } from 'node:crypto'
import { readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** How temporary files are called, so that those which a kill left behind can be told. */
export const temporaryPrefix = '.bootring-'

/** A name in the same folder, thus on the same file system: from there a rename is one step. */
export function temporaryName(path: string): string {
  return join(dirname(path), `${temporaryPrefix}${basename(path)}-${randomUUID()}`)
}

/** Readers see the old file or the new one, never half of one. A file that already says so is left alone. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  if ((await unlessMissing(readFile(path, 'utf8'))) === text) return
  await viaTemporary(path, (temporary) => writeFile(temporary, text, { mode: 0o644, flush: true }))
}

/** The same for a symbolic link. */
export async function linkAtomically(path: string, target: string): Promise<void> {
  if ((await unlessMissing(readlink(path))) === target) return
  await viaTemporary(path, (temporary) => symlink(target, temporary))
}

/** Calls `make` with a temporary name, and renames what it made. */
export async function viaTemporary(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path)
  try {
    await make(temporary)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** undefined where there is no such file, or it is no link. */
export async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EINVAL'))
      return undefined
    throw error
  }
}
