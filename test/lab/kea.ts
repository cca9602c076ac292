import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'

/** Starts Kea's DHCPv4 server on a host, with a configuration that names no machine. It sends no router advertisements. */
export async function startKea(host: Host, bootUrl: string): Promise<LabProcess> {
  const folder = join(host.folder, 'kea')
  mkdirSync(folder)
  const file = join(folder, 'kea-dhcp4.conf')
  writeFileSync(file, JSON.stringify({ Dhcp4: configuration(host, bootUrl) }, null, 2))
  const server = host.spawn(['kea-dhcp4', '-c', file], { KEA_LOCKFILE_DIR: folder, KEA_PIDFILE_DIR: folder })
  await server.untilOutput('DHCP4_STARTED', 15)
  return server
}

function configuration(host: Host, bootUrl: string): object {
  const isIpxe = "(substring(option[77].hex,0,4) == 'iPXE' or option[175].exists)"
  const isUefi = '(option[93].hex == 0x0007 or option[93].hex == 0x0009)'
  return {
    'interfaces-config': { interfaces: ['eth0'], 'dhcp-socket-type': 'raw' },
    'lease-database': { type: 'memfile', persist: false },
    loggers: [{ name: 'kea-dhcp4', severity: 'INFO', output_options: [{ output: 'stdout' }] }],
    'option-def': [
      // iPXE's own options: 176 in 175, "do not wait for a ProxyDHCP server".
      { name: 'ipxe', code: 175, type: 'empty', encapsulate: 'ipxe' },
      { name: 'no-pxedhcp', code: 176, space: 'ipxe', type: 'uint8' },
    ],
    'client-classes': [
      {
        name: 'ipxe',
        test: isIpxe,
        'boot-file-name': bootUrl,
        'option-data': [
          { name: 'ipxe', 'always-send': true },
          { name: 'no-pxedhcp', space: 'ipxe', data: '1', 'always-send': true },
        ],
      },
      { name: 'uefi', test: `not ${isIpxe} and ${isUefi}`, 'next-server': host.ip, 'boot-file-name': 'snponly.efi' },
      {
        name: 'bios',
        test: `not ${isIpxe} and not ${isUefi}`,
        'next-server': host.ip,
        'boot-file-name': 'undionly.kpxe',
      },
    ],
    subnet4: [{ id: 1, subnet: '10.77.0.0/24', pools: [{ pool: '10.77.0.100 - 10.77.0.200' }] }],
  }
}
