import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runBootring } from './bootring.ts'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'
import { tinyEfi } from './tiny-efi.ts'

export interface DnsmasqOptions {
  /** URL that iPXE is told to boot; undefined: no DHCP at all, router advertisements only. */
  bootUrl?: string
  /** Addresses for machines. Default: IPv4. */
  family?: 'ipv4' | 'ipv6'
  /** Further arguments of `bootring dhcp dnsmasq`. */
  more?: readonly string[]
}

/** What firmware loads, by TFTP or HTTP: Debian's iPXE, and what stands in for it where Debian has none. */
export const loaderFiles: readonly { name: string; content: Buffer }[] = [
  ...['undionly.kpxe', 'snponly.efi'].map((name) => ({ name, content: readFileSync(join('/usr/lib/ipxe', name)) })),
  { name: 'snponly-arm64.efi', content: tinyEfi('arm64') },
  { name: 'snponly-ia32.efi', content: tinyEfi('ia32') },
]

let started = 0
/** The same arguments make the same text. */
const configurations = new Map<string, Promise<string>>()

/** Starts dnsmasq on a host, with the configuration that `bootring dhcp dnsmasq` makes. */
export async function startDnsmasq(host: Host, options: DnsmasqOptions): Promise<LabProcess> {
  started += 1
  const file = join(host.folder, `dnsmasq-${started}.conf`)
  const tftpRoot = tftpFolder(host)
  const argv = [
    'dhcp',
    'dnsmasq',
    '--interface',
    'eth0',
    '--tftp-root',
    tftpRoot,
    ...networks(options),
    ...(options.more ?? []),
  ]
  writeFileSync(file, await configuration(host, argv))
  const server = host.spawn([
    ...['dnsmasq', '--keep-in-foreground', `--conf-file=${file}`, `--dhcp-leasefile=${file}.leases`],
    ...['--user=root', `--pid-file=${file}.pid`, '--log-facility=-', '--log-dhcp', '--no-ping'],
  ])
  await server.untilOutput('started, version', 10)
  return server
}

/** A folder with what firmware loads. */
export function tftpFolder(host: Host): string {
  const folder = join(host.folder, 'tftp')
  mkdirSync(folder, { recursive: true })
  for (const { name, content } of loaderFiles) writeFileSync(join(folder, name), content)
  return folder
}

/** What `bootring dhcp` prints on this host. */
export async function configuration(host: Host, argv: readonly string[]): Promise<string> {
  const key = JSON.stringify(argv)
  const text = configurations.get(key) ?? print(host, argv)
  configurations.set(key, text)
  return await text
}

async function print(host: Host, argv: readonly string[]): Promise<string> {
  const file = join(host.folder, 'printed-dhcp.conf')
  await runBootring(host, [...argv, '--output', file], [])
  return readFileSync(file, 'utf8')
}

function networks({ bootUrl, family = 'ipv4' }: DnsmasqOptions): string[] {
  // Without a router's advertisement iPXE waits 16 s for one.
  const advertised = ['--subnet', 'fd77::/64,ra-only']
  if (bootUrl === undefined) return advertised
  const script = ['--script-url', bootUrl]
  if (family === 'ipv6') return ['--subnet', 'fd77::/64,range=fd77::1:0-fd77::1:ffff', ...script]
  return ['--subnet', '10.77.0.0/24,range=10.77.0.100-10.77.0.200', ...advertised, ...script]
}
