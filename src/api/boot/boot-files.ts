import { isGrubConfig, isPxelinuxConfig } from '../../model/boot-file-content.ts'

/** What the API knows of a file that a machine may ask for. */
export interface BootFile {
  /** Whether a text is one at all: a firmware that is handed anything else may hang. */
  isUsable(text: string): boolean
}

/**
 * The files that machines may ask for, by name. A name from a client is only ever looked up here: it never becomes part
 * of a path, and a conductor never hears of any other.
 */
export const bootFiles: ReadonlyMap<string, BootFile> = new Map([
  // Templates may be for other dialects of iPXE as well.
  ['boot.ipxe', { isUsable: (text: string) => text.startsWith('#!') }],
  ['grub.cfg', { isUsable: isGrubConfig }],
  ['pxelinux.cfg', { isUsable: isPxelinuxConfig }],
])
