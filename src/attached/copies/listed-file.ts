import type { BootFileName, BootFileRoot } from '../boot-file-kind.ts'
import type { StateFamily } from './state-family.ts'

/** A boot file that Ironic's conductor on this host has written, as others are told of it. */
export interface ListedFile {
  readonly nodeUuid: string
  readonly name: BootFileName
  readonly root: BootFileRoot
  readonly sha256: string
  /** Of the text. */
  readonly bytes: number
  /** What the node is going through while the file lies there. */
  readonly family: StateFamily
  readonly writtenAtMilliseconds: number
}

/** Under which files and copies are kept: a node has one of each name at most. */
export function fileKey(nodeUuid: string, name: string): string {
  return `${nodeUuid}.${name}`
}
