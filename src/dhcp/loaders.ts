/*
 * The iPXE that firmware without one has to load, by DHCP's client architecture (option 93; 61 in DHCPv6; numbers of
 * IANA's "Processor Architecture Types"). 9 is EFI byte code by the letter, and what many machines of x86-64 send.
 */

export type Loader = keyof typeof loaders

export const loaders = {
  bios: { title: 'BIOS', file: 'undionly.kpxe', tftp: [0], http: [], origin: 'Debian: /usr/lib/ipxe/undionly.kpxe' },
  x64: {
    title: 'UEFI, x86-64',
    file: 'snponly.efi',
    tftp: [7, 9],
    http: [16],
    origin: 'Debian: /usr/lib/ipxe/snponly.efi',
  },
  ia32: {
    title: 'UEFI, x86 of 32 bits',
    file: 'snponly-ia32.efi',
    tftp: [6],
    http: [15],
    origin: "iPXE's bin-i386-efi/snponly.efi",
  },
  arm64: {
    title: 'UEFI, arm64',
    file: 'snponly-arm64.efi',
    tftp: [11],
    http: [19],
    origin: "iPXE's bin-arm64-efi/snponly.efi",
  },
} as const satisfies Record<string, LoaderKind>

interface LoaderKind {
  title: string
  /** Usual name. snponly.efi goes by the firmware's own driver, which has just proved that it works. */
  file: string
  /** Architectures that firmware names itself by when it boots over TFTP, and over HTTP. */
  tftp: readonly number[]
  http: readonly number[]
  /** Where the file comes from. */
  origin: string
}

export const loaderNames = Object.keys(loaders) as Loader[]

/** Two bytes, as it is sent: `7` → `0007`. */
export const architectureHex = (architecture: number): string => architecture.toString(16).padStart(4, '0')
