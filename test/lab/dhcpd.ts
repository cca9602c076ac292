import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configuration } from './dnsmasq.ts'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'

/** Starts ISC's dhcpd for DHCPv4 on a host, with the configuration that `bootring dhcp isc` makes. It sends no router advertisements. */
export async function startDhcpd(host: Host, bootUrl: string): Promise<LabProcess> {
  const folder = join(host.folder, 'dhcpd')
  mkdirSync(folder, { recursive: true })
  const [file, leases] = [join(folder, 'dhcpd.conf'), join(folder, 'leases')]
  const network = ['--interface', 'eth0', '--subnet', '10.77.0.0/24,range=10.77.0.100-10.77.0.200']
  const files = ['--lease-file', leases, '--tftp-server', host.ip]
  writeFileSync(file, await configuration(host, ['dhcp', 'isc', ...network, ...files, '--script-url', bootUrl]))
  writeFileSync(leases, '')
  const server = host.spawn(['dhcpd', '-4', '-f', '-d', '--no-pid', '-cf', file, 'eth0'])
  await server.untilOutput('Server starting service', 30)
  return server
}
