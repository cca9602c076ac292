/** What a file is to the machine that fetches it. */
export type FileRole = 'root script' | 'configuration' | 'kernel' | 'ramdisk' | 'fallback script' | 'other'

/** By its name, as conductors name files. */
export function fileRole(name: string | null): FileRole {
  const text = name?.toLowerCase() ?? ''
  const last = text.slice(text.lastIndexOf('/') + 1)
  if (last === 'boot.ipxe') return 'root script'
  if (last.endsWith('.ipxe')) return 'fallback script'
  if (text.startsWith('pxelinux.cfg/') || last === 'config' || /^grub\.cfg|\.conf$/.test(last)) return 'configuration'
  if (/(?:^|_)(?:ramdisk|initrd|initramfs)/.test(last) || last.includes('.initr')) return 'ramdisk'
  if (/(?:^|_)(?:kernel|vmlinuz)/.test(last) || last.endsWith('.kernel')) return 'kernel'
  return 'other'
}

/** Whether a file only leads to what is booted. */
export function isLead(name: string | null): boolean {
  const role = fileRole(name)
  return role === 'root script' || role === 'configuration'
}
