/** What a file is to the machine that fetches it, by its name. */
export type FileRole = 'kernel' | 'ramdisk' | 'fallback script' | 'other'

/** By the last part of the name, as conductors name files; the root script itself is nobody's fallback. */
export function fileRole(name: string | null): FileRole {
  const last = name?.slice(name.lastIndexOf('/') + 1).toLowerCase() ?? ''
  if (last.endsWith('.ipxe')) return last === 'boot.ipxe' ? 'other' : 'fallback script'
  if (/(?:^|_)(?:ramdisk|initrd|initramfs)/.test(last) || last.includes('.initr')) return 'ramdisk'
  if (/(?:^|_)(?:kernel|vmlinuz)/.test(last) || last.endsWith('.kernel')) return 'kernel'
  return 'other'
}
