import { isGrubConfig, isIpxeScript, isPxelinuxConfig } from '../model/boot-file-content.ts'

/** Under which of Ironic's folders a boot file lies: `[deploy]http_root` or `[pxe]tftp_root`. */
export type BootFileRoot = 'http' | 'tftp'

/** As machines ask for it. */
export type BootFileName = 'boot.ipxe' | 'grub.cfg' | 'pxelinux.cfg'

/** One of the boot files that Ironic writes for a node. */
export interface BootFileKind {
  readonly name: BootFileName
  readonly root: BootFileRoot
}

/** All that Ironic writes; in each root there is one file a node at most, which is of one kind. */
export const bootFileKinds: readonly BootFileKind[] = [
  { name: 'boot.ipxe', root: 'http' },
  { name: 'grub.cfg', root: 'http' },
  { name: 'pxelinux.cfg', root: 'http' },
  { name: 'grub.cfg', root: 'tftp' },
  { name: 'pxelinux.cfg', root: 'tftp' },
]

/** What a text is; undefined where it is none of them, or breaks off too early to tell. */
export function bootFileNameOf(text: string): BootFileName | undefined {
  if (isIpxeScript(text)) return 'boot.ipxe'
  if (isGrubConfig(text)) return 'grub.cfg'
  return isPxelinuxConfig(text) ? 'pxelinux.cfg' : undefined
}
