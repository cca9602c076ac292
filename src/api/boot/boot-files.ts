import { isGrubConfig, isPixiecoreAnswer, isPxelinuxConfig, pixiecoreFileName } from '../../model/boot-file-content.ts'

/** What the API knows of a file that a machine may ask for. */
export interface BootFile {
  /** Whether a text is one at all: a firmware that is handed anything else may hang. */
  isUsable(text: string): boolean
  readonly contentType: 'text/plain' | 'application/json'
}

/**
 * The files that machines may ask for, by name. A name from a client is only ever looked up here: it never becomes part
 * of a path, and a conductor never hears of any other.
 */
export const bootFiles: ReadonlyMap<string, BootFile> = new Map<string, BootFile>([
  // Templates may be for other dialects of iPXE as well. Firmware takes no notice of a charset.
  ['boot.ipxe', { isUsable: (text) => text.startsWith('#!'), contentType: 'text/plain' }],
  ['grub.cfg', { isUsable: isGrubConfig, contentType: 'text/plain' }],
  ['pxelinux.cfg', { isUsable: isPxelinuxConfig, contentType: 'text/plain' }],
  // Not by this name: the route serves it at /v1/boot/<MAC>, where that is turned on.
  [pixiecoreFileName, { isUsable: isPixiecoreAnswer, contentType: 'application/json' }],
])
