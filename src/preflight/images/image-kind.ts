/*
 * What a file is, by its beginning. Sources: Documentation/arch/x86/boot.rst and arm64/booting.rst of Linux, Microsoft's PE format, and the
 * magic numbers of the compressors.
 */

export type Architecture = 'x86_64' | 'i386' | 'aarch64' | 'arm' | 'riscv64' | 'loongarch64'

export type ImageKind =
  | { is: 'kernel'; title: string; architecture: Architecture | undefined; commandLineBytes?: number | undefined }
  /** Archives and what is packed: an initrd may be any of them. */
  | { is: 'archive'; title: string }
  /** Something else that is known. */
  | { is: 'other'; title: string }
  | { is: 'unknown'; title: string }
  | { is: 'empty'; title: string }

const machines: ReadonlyMap<number, Architecture> = new Map([
  [0x8664, 'x86_64'],
  [0x014c, 'i386'],
  [0xaa64, 'aarch64'],
  [0x01c2, 'arm'],
  [0x01c4, 'arm'],
  [0x5064, 'riscv64'],
  [0x6264, 'loongarch64'],
])

const archives: readonly (readonly [title: string, hex: string])[] = [
  ['gzip', '1f8b'],
  ['xz', 'fd377a585a00'],
  ['zstd', '28b52ffd'],
  ['lz4', '02214c18'],
  ['lz4', '04224d18'],
  ['bzip2', '425a68'],
  ['lzma', '5d0000'],
  ['lzo', '894c5a4f'],
  ['cpio', Buffer.from('070701').toString('hex')],
  ['cpio', Buffer.from('070702').toString('hex')],
  ['cpio', Buffer.from('070707').toString('hex')],
]

export function imageKind(head: Buffer): ImageKind {
  if (head.length === 0) return { is: 'empty', title: 'empty' }
  return (
    kernelKind(head) ?? archiveKind(head) ?? otherKind(head) ?? { is: 'unknown', title: 'of no kind that is known' }
  )
}

function kernelKind(head: Buffer): ImageKind | undefined {
  if (at(head, 0x202, 'HdrS') && head.length >= 0x23c) {
    const version = head.readUInt16LE(0x206)
    // XLF_KERNEL_64, from protocol 2.12 on; before, an EFI header says it.
    const is64 = version >= 0x020c ? (head.readUInt16LE(0x236) & 1) === 1 : undefined
    const architecture = is64 === undefined ? peMachine(head) : is64 ? 'x86_64' : 'i386'
    const commandLineBytes = version >= 0x0206 ? head.readUInt32LE(0x238) : undefined
    return { is: 'kernel', title: 'a Linux kernel for x86 (bzImage)', architecture, commandLineBytes }
  }
  if (at(head, 0x38, 'ARM\x64'))
    return { is: 'kernel', title: 'a Linux kernel for arm64 (Image)', architecture: 'aarch64' }
  if (at(head, 0x38, 'RSC\x05'))
    return { is: 'kernel', title: 'a Linux kernel for RISC-V (Image)', architecture: 'riscv64' }
  const architecture = peMachine(head)
  if (architecture === undefined) return undefined
  const title = at(head, 4, 'zimg') ? 'a packed Linux kernel for UEFI' : 'a program of UEFI'
  return { is: 'kernel', title: `${title} (${architecture})`, architecture }
}

function peMachine(head: Buffer): Architecture | undefined {
  if (!at(head, 0, 'MZ') || head.length < 0x40) return undefined
  const header = head.readUInt32LE(0x3c)
  if (header + 6 > head.length || !at(head, header, 'PE\0\0')) return undefined
  return machines.get(head.readUInt16LE(header + 4))
}

function archiveKind(head: Buffer): ImageKind | undefined {
  const start = head.subarray(0, 8).toString('hex')
  const title = archives.find(([, hex]) => start.startsWith(hex))?.[0]
  return title === undefined ? undefined : { is: 'archive', title: `${title} data` }
}

function otherKind(head: Buffer): ImageKind | undefined {
  const text = head.subarray(0, 512).toString('latin1').trimStart()
  if (/^(?:<!doctype html|<html|<\?xml)/i.test(text)) return { is: 'other', title: 'a web page' }
  if (text.startsWith('#!ipxe')) return { is: 'other', title: 'a script of iPXE' }
  if (/^[{[]\s*["{[]/.test(text)) return { is: 'other', title: 'JSON' }
  if (at(head, 0, '\x7fELF')) return { is: 'other', title: 'an ELF file' }
  if (at(head, 0, 'hsqs')) return { is: 'other', title: 'a squashfs' }
  if (head.length >= 512 && head.readUInt16LE(510) === 0xaa55) return { is: 'other', title: 'a boot sector' }
  return undefined
}

const at = (head: Buffer, offset: number, text: string): boolean =>
  head.subarray(offset, offset + text.length).equals(Buffer.from(text, 'latin1'))

const names: Readonly<Record<string, Architecture>> = {
  x86_64: 'x86_64',
  amd64: 'x86_64',
  i386: 'i386',
  i486: 'i386',
  i586: 'i386',
  i686: 'i386',
  x86: 'i386',
  aarch64: 'aarch64',
  arm64: 'aarch64',
  arm: 'arm',
  armv7l: 'arm',
  riscv64: 'riscv64',
  loongarch64: 'loongarch64',
}

/** What `properties.cpu_arch` means; undefined where it is not known. */
export function architectureNamed(name: unknown): Architecture | undefined {
  return typeof name === 'string' && Object.hasOwn(names, name.toLowerCase()) ? names[name.toLowerCase()] : undefined
}

/** Whether a machine of this architecture can run a kernel of that one. */
export const runs = (machine: Architecture, kernel: Architecture): boolean =>
  machine === kernel || (machine === 'x86_64' && kernel === 'i386')
