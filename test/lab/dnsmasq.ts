import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'

export interface DnsmasqOptions {
  /** URL that iPXE is told to boot; undefined: no DHCP at all, router advertisements only. */
  bootUrl?: string
  /** Addresses for machines. Default: IPv4. */
  family?: 'ipv4' | 'ipv6'
}

let started = 0

/** Starts dnsmasq on a host, with a configuration that names no machine. */
export async function startDnsmasq(host: Host, options: DnsmasqOptions): Promise<LabProcess> {
  started += 1
  const file = join(host.folder, `dnsmasq-${started}.conf`)
  const tftpRoot = join(host.folder, `tftp-${started}`)
  mkdirSync(tftpRoot)
  for (const name of ['undionly.kpxe', 'snponly.efi']) copyFileSync(join('/usr/lib/ipxe', name), join(tftpRoot, name))
  const lines = [...common, ...dhcpLines(host, options), `tftp-root=${tftpRoot}`]
  writeFileSync(file, `${[...lines, `dhcp-leasefile=${file}.leases`].join('\n')}\n`)
  const server = host.spawn(['dnsmasq', '--keep-in-foreground', `--conf-file=${file}`])
  await server.untilOutput('started, version', 10)
  return server
}

const common = [
  'port=0',
  'interface=eth0',
  'bind-interfaces',
  'user=root',
  'pid-file=',
  'log-facility=-',
  'log-dhcp',
  'no-ping',
  // Without a router's advertisement iPXE waits 16 s for one.
  'enable-ra',
]

function dhcpLines(host: Host, { bootUrl, family = 'ipv4' }: DnsmasqOptions): string[] {
  if (bootUrl === undefined) return ['dhcp-range=fd77::,ra-only']
  if (family === 'ipv6') {
    return [
      'dhcp-range=fd77::1:0,fd77::1:ffff,64,1h',
      // 59: URL of the boot file (RFC 5970).
      `dhcp-option=option6:bootfile-url,${bootUrl}`,
    ]
  }
  return [
    'dhcp-authoritative',
    'dhcp-no-override',
    'dhcp-range=10.77.0.100,10.77.0.200,255.255.255.0,1h',
    'dhcp-range=fd77::,ra-only',
    // iPXE's own option 176 in 175: do not wait for a ProxyDHCP server.
    'dhcp-option-force=encap:175,176,1b',
    'enable-tftp',
    'dhcp-match=set:ipxe,175',
    'dhcp-match=set:uefi,option:client-arch,7',
    'dhcp-match=set:uefi,option:client-arch,9',
    `dhcp-boot=tag:ipxe,${bootUrl}`,
    `dhcp-boot=tag:!ipxe,tag:uefi,snponly.efi,,${host.ip}`,
    `dhcp-boot=tag:!ipxe,tag:!uefi,undionly.kpxe,,${host.ip}`,
  ]
}
