import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseMac } from '../model/mac.ts'
import { dnsmasqConfiguration } from './dnsmasq.ts'
import { parseIp } from './ip-address.ts'
import { iscConfiguration } from './isc.ts'
import { keaConfiguration } from './kea.ts'
import { loaderNames, loaders } from './loaders.ts'
import type { NetworkPlan, Reservation, Subnet } from './network-plan.ts'
import { readSubnet } from './read-subnet.ts'
import type { SubnetFields } from './subnet-fields.ts'

/*
 * Whole configurations, compared byte for byte. After a change that you meant: `npx vitest run --project unit src/dhcp/golden.test.ts -u`,
 * then read the difference. The real servers read what is made in the same way in test/integration/dhcp/.
 */

const folder = fileURLToPath(new URL('../../test/golden-dhcp/', import.meta.url))

function subnet(fields: SubnetFields): Subnet {
  const read = readSubnet(fields, { parentInterface: 'eth0', interfaceOf: () => 'eth0' }, (field, problem) => {
    throw new Error(`${field}: ${problem}`)
  })
  if (!read) throw new Error('not read')
  return read
}

function ip(text: string) {
  const parsed = parseIp(text)
  if (!parsed) throw new Error(text)
  return parsed
}

function reservation(last: string, hostName: string, ...addresses: string[]): Reservation {
  const mac = parseMac(`52:54:00:00:00:${last}`)
  if (!mac) throw new Error(last)
  return { nodeUuid: `7f0fb1e5-1b77-4c5a-9f2e-0000000000${last}`, mac, hostName, addresses: addresses.map(ip) }
}

const small: NetworkPlan = {
  scriptUrls: { 4: 'http://192.0.2.5/boot.ipxe' },
  tftpServers: { 4: ip('192.0.2.5') },
  httpFolders: { 4: 'http://192.0.2.5' },
  loaders: { bios: loaders.bios.file, x64: loaders.x64.file, ia32: loaders.ia32.file, arm64: loaders.arm64.file },
  subnets: [subnet({ subnet: '192.0.2.0/24' })],
  reservations: [],
  origin: ['Root script (--script-url): http://192.0.2.5/boot.ipxe'],
}

const large: NetworkPlan = {
  scriptUrls: { 4: 'http://boot.example.org/boot.ipxe', 6: 'http://boot.example.org/boot.ipxe' },
  tftpServers: { 4: ip('192.0.2.5'), 6: ip('2001:db8::5') },
  ownAddresses6: { eth0: ip('2001:db8::5') },
  tftpRoot: '/srv/tftp',
  httpFolders: { 4: 'http://boot.example.org', 6: 'http://boot.example.org' },
  loaders: { bios: 'ipxe/undionly.kpxe', x64: 'ipxe.efi', ia32: 'ipxe32.efi', arm64: 'ipxe-arm64.efi' },
  subnets: [
    subnet({
      subnet: '192.0.2.0/25',
      range: ['192.0.2.20-192.0.2.59', '192.0.2.70-192.0.2.99'],
      router: '192.0.2.1',
      dns: ['192.0.2.2', '192.0.2.3'],
      domain: 'example.org',
      lease: '7200',
    }),
    subnet({ subnet: '198.51.100.0/24', vlan: '17', router: '198.51.100.129' }),
    subnet({ subnet: '203.0.113.0/26', relay: true, router: '203.0.113.1' }),
    subnet({ subnet: '203.0.113.64/26', relay: ['10.0.0.1'], router: '203.0.113.65' }),
    subnet({ subnet: '203.0.113.128/26', interface: 'eth1', shared: 'wire' }),
    subnet({ subnet: '203.0.113.192/26', interface: 'eth1', shared: 'wire', range: ['none'] }),
    subnet({ subnet: '2001:db8::/64', dns: ['2001:db8::2'], domain: 'example.org' }),
    subnet({ subnet: '2001:db8:1::/64', relay: true }),
    subnet({ subnet: '2001:db8:2::/64', interface: 'eth1', raOnly: true }),
  ],
  reservations: [
    reservation('01', 'rack1-n1', '192.0.2.110', '2001:db8::110'),
    reservation('02', 'rack1-n2.example.org'),
    reservation('03', '7f0fb1e5-1b77-4c5a-9f2e-000000000003', '203.0.113.200'),
  ],
  leaseFile: '/var/lib/dhcp/leases',
  logServer: ip('192.0.2.5'),
  origin: ['Root script (--script-url): http://boot.example.org/boot.ipxe'],
}

const cases: Record<string, () => string> = {
  'dnsmasq-small.conf': () => dnsmasqConfiguration(small),
  'dnsmasq-large.conf': () => dnsmasqConfiguration(large),
  'dnsmasq-watched.conf': () => dnsmasqConfiguration({ ...small, hostsFolder: '/var/lib/bootring/dhcp-hosts' }),
  'kea4-small.conf': () => keaConfiguration({ ...small, controlSocket: '/run/kea/kea4-ctrl-socket' }, 4),
  'kea4-large.conf': () => keaConfiguration(large, 4),
  'kea6-large.conf': () => keaConfiguration(large, 6),
  'isc4-small.conf': () => iscConfiguration(small, 4),
  'isc4-large.conf': () => iscConfiguration(large, 4),
  'isc6-large.conf': () => iscConfiguration(large, 6),
}

describe('configurations of DHCP servers', () => {
  it.each(Object.entries(cases))('%s is as expected', async (name, make) => {
    await expect(make()).toMatchFileSnapshot(`${folder}${name}`)
  })

  it('have one expected file each, and there are no others', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(cases).sort())
  })

  it('name each file that machines load', () => {
    for (const name of loaderNames)
      for (const make of [
        dnsmasqConfiguration,
        (plan: NetworkPlan) => keaConfiguration(plan, 4),
        (plan: NetworkPlan) => iscConfiguration(plan, 4),
      ])
        expect(
          make(large)
            .split('\n')
            .filter((line) => line.includes(large.loaders[name])).length,
        ).toBeGreaterThan(1)
  })

  it('give iPXE no file but the script, whatever the architecture', () => {
    const kea = JSON.parse(keaConfiguration(large, 4).replaceAll(/^\/\/.*$/gm, '')) as {
      Dhcp4: { 'client-classes': { name: string; test: string }[] }
    }
    for (const { name, test } of kea.Dhcp4['client-classes'])
      expect(name === 'ipxe' || test.startsWith("not member('ipxe') and (")).toBe(true)
    for (const line of dnsmasqConfiguration(large).split('\n'))
      if (/^dhcp-boot=|bootfile-url/.test(line)) expect(line).toMatch(/=tag:(?:ipxe|!ipxe,tag:[\w-]+),/)
  })
})
