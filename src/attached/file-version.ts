import type { FileHandle } from 'node:fs/promises'
import { BootringError } from '../model/errors.ts'

/** A file as it was at one moment: whatever is written to it changes one of these. */
export interface FileVersion {
  readonly ino: bigint
  readonly size: number
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** The bytes of a file, which were those of one version all the while. */
export interface StillFile {
  readonly bytes: Buffer
  readonly version: FileVersion
}

export function sameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs
}

/** Reads all of a file; undefined where it changed meanwhile. Throws `BootConfigUnavailable` where it is larger than `maxBytes`. */
export async function readStill(file: FileHandle, maxBytes: number): Promise<StillFile | undefined> {
  const version = await versionOf(file)
  if (version.size > maxBytes) {
    const reason = `it is larger than a boot file may be (${version.size} of ${maxBytes} bytes)`
    throw new BootringError('BootConfigUnavailable', reason)
  }
  const buffer = Buffer.allocUnsafeSlow(version.size)
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
    if (bytesRead === 0) return undefined
    length += bytesRead
  }
  return sameVersion(version, await versionOf(file)) ? { bytes: buffer, version } : undefined
}

async function versionOf(file: FileHandle): Promise<FileVersion> {
  const { ctimeNs, ino, mtimeNs, size } = await file.stat({ bigint: true })
  return { ino, size: Number(size), mtimeNs, ctimeNs }
}
