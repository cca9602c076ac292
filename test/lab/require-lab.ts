import { accessSync, constants, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'

const images = fileURLToPath(new URL('../../.tools/lab/', import.meta.url))

/** The kernel and the initial RAM disk that the lab's machines boot; `make setup` makes them. */
export const labImages = { folder: images, kernel: `${images}vmlinuz`, ramdisk: `${images}initrd.gz` }

const programs = ['unshare', 'nsenter', 'ip', 'qemu-system-x86_64', 'dnsmasq', 'kea-dhcp4', 'nginx', 'openssl']
const files = [
  '/usr/share/OVMF/OVMF_CODE_4M.fd',
  '/usr/lib/ipxe/undionly.kpxe',
  '/usr/lib/ipxe/snponly.efi',
  '/usr/lib/ipxe/qemu/pxe-virtio.rom',
  '/dev/net/tun',
  labImages.kernel,
  labImages.ramdisk,
]

/** What this machine lacks for the laboratory, in plain words; empty: nothing. */
export function missingForLab(): string[] {
  const missing = process.getuid?.() === 0 ? [] : ['root']
  const folders = `${process.env.PATH}:/usr/sbin:/sbin`.split(':')
  for (const program of programs) {
    if (!folders.some((folder) => isExecutable(`${folder}/${program}`))) missing.push(program)
  }
  for (const file of files) if (!existsSync(file)) missing.push(file)
  return missing
}

/** Like `describe`, for tests that need the laboratory: skipped where it can't be had, with CI set a failure. */
export function describeInLab(name: string, tests: () => void): void {
  const missing = missingForLab()
  if (missing.length === 0) describe(name, tests)
  else if (process.env.CI) {
    it(name, () => {
      throw new Error(`the laboratory lacks ${missing.join(', ')}`)
    })
  } else describe.skip(`${name} (skipped: the laboratory lacks ${missing.join(', ')})`, tests)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
