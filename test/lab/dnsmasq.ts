import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runBootring } from './bootring.ts'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'

export interface DnsmasqOptions {
  /** URL that iPXE is told to boot; undefined: no DHCP at all, router advertisements only. */
  bootUrl?: string
  /** Addresses for machines. Default: IPv4. */
  family?: 'ipv4' | 'ipv6'
  /** Further arguments of `bootring dhcp dnsmasq`. */
  more?: readonly string[]
}

/** The iPXE binaries that firmware loads, by TFTP or HTTP. */
export const ipxeBinaries = ['undionly.kpxe', 'snponly.efi'].map((name) => ({
  name,
  path: join('/usr/lib/ipxe', name),
}))

let started = 0
/** The same arguments make the same text. */
const configurations = new Map<string, Promise<string>>()

/** Starts dnsmasq on a host, with the configuration that `bootring dhcp dnsmasq` makes. */
export async function startDnsmasq(host: Host, options: DnsmasqOptions): Promise<LabProcess> {
  started += 1
  const file = join(host.folder, `dnsmasq-${started}.conf`)
  const tftpRoot = join(host.folder, 'tftp')
  mkdirSync(tftpRoot, { recursive: true })
  for (const { name, path } of ipxeBinaries) copyFileSync(path, join(tftpRoot, name))
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
