import type { BootFileKind } from './boot-file-kind.ts'

export interface IronicFilesOptions {
  /** `[deploy]http_root`. */
  httpRoot: string
  /** `[pxe]tftp_root`. */
  tftpRoot: string
}

/** A boot file as it was read, whole. */
export interface BootFile {
  readonly text: string
  /** Of the text's bytes, hexadecimal. */
  readonly sha256: string
}

/** The boot files that Ironic's conductor on this host has written. They are only read, and nothing is ever waited for but the end of a write. */
export class IronicFiles {
  constructor(_options: IronicFilesOptions) {}

  /**
   * A node's boot file, whole; undefined where there is none. Throws `BootConfigUnavailable` where it is still being
   * written when `deadline` (performance.now() milliseconds) has come, is too large, or a link leads out of the root.
   */
  async read(_nodeUuid: string, _kind: BootFileKind, _deadline: number): Promise<BootFile | undefined> {
    throw new Error('to be written')
  }

  /** Folders on the disk that are named like a node's. */
  async nodeUuids(_root: BootFileKind['root']): Promise<string[]> {
    throw new Error('to be written')
  }
}
