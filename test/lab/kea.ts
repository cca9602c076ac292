import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configuration } from './dnsmasq.ts'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'

/** Starts Kea's DHCPv4 server on a host, with the configuration that `bootring dhcp kea` makes. It sends no router advertisements. */
export async function startKea(host: Host, bootUrl: string, more: readonly string[] = []): Promise<LabProcess> {
  const folder = join(host.folder, 'kea')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'kea-dhcp4.conf')
  const network = ['--interface', 'eth0', '--subnet', '10.77.0.0/24,range=10.77.0.100-10.77.0.200']
  const files = ['--lease-file', join(folder, 'leases.csv'), '--tftp-server', host.ip]
  writeFileSync(
    file,
    await configuration(host, ['dhcp', 'kea', ...network, ...files, '--script-url', bootUrl, ...more]),
  )
  const server = host.spawn(['kea-dhcp4', '-c', file], { KEA_LOCKFILE_DIR: folder, KEA_PIDFILE_DIR: folder })
  await server.untilOutput('DHCP4_STARTED', 15)
  return server
}
