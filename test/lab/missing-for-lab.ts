import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { labImages } from './lab-images.ts'

const searchPath = `${process.env.PATH}:/usr/sbin:/sbin`
const programs = [
  'unshare',
  'nsenter',
  'ip',
  'qemu-system-x86_64',
  'qemu-system-aarch64',
  'dnsmasq',
  'kea-dhcp4',
  'kea-dhcp6',
  'dhcpd',
  'nginx',
  'openssl',
  'iptables',
]
const files = [
  '/usr/share/OVMF/OVMF_CODE_4M.fd',
  '/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd',
  '/usr/share/AAVMF/AAVMF_CODE.fd',
  '/usr/lib/ipxe/undionly.kpxe',
  '/usr/lib/ipxe/snponly.efi',
  '/usr/lib/ipxe/ipxe.lkrn',
  '/usr/lib/ipxe/qemu/pxe-virtio.rom',
  '/dev/net/tun',
  labImages.kernel,
  labImages.ramdisk,
]

/** What this machine lacks for the laboratory, in plain words; empty: nothing. */
export function missingForLab(): string[] {
  const missing = process.getuid?.() === 0 ? [] : ['root']
  const folders = searchPath.split(':')
  for (const program of programs) {
    if (!folders.some((folder) => isExecutable(`${folder}/${program}`))) missing.push(program)
  }
  for (const file of files) if (!existsSync(file)) missing.push(file)
  if (missing.length === 0 && !canMakeNamespaces()) missing.push('the right to make namespaces and tap devices')
  return missing
}

function canMakeNamespaces(): boolean {
  const attempt = ['--net', '--mount', '--pid', '--fork', 'ip', 'tuntap', 'add', 'tap0', 'mode', 'tap']
  return spawnSync('unshare', attempt, { env: { PATH: searchPath } }).status === 0
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
