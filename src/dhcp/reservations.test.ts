import { describe, expect, it } from 'vitest'
import { parseMac } from '../model/mac.ts'
import type { JsonObject } from '../model/node.ts'
import { showIp } from './ip-address.ts'
import { readSubnet } from './read-subnet.ts'
import { ReservationCollector, type ReservedNode } from './reservations.ts'

const subnets = ['192.0.2.0/24', '2001:db8::/64'].flatMap(
  (subnet) =>
    readSubnet(
      { subnet, ...(subnet.startsWith('192') ? { router: '192.0.2.1' } : {}) },
      { interfaceOf: () => undefined },
      () => {},
    ) ?? [],
)

function node(
  number: number,
  changes: Partial<ReservedNode> = {},
  ports: [string, boolean, JsonObject?][] = [[`0${number}`, true]],
): ReservedNode {
  return {
    uuid: `7f0fb1e5-1b77-4c5a-9f2e-00000000000${number}`,
    name: `n${number}`,
    extra: {},
    driverInfo: {},
    ports: ports.flatMap(([last, pxeEnabled, extra = {}]) => {
      const address = parseMac(`52:54:00:00:00:${last}`)
      return address ? [{ address, pxeEnabled, extra }] : []
    }),
    ...changes,
  }
}

function collect(...nodes: ReservedNode[]) {
  const collector = new ReservationCollector(subnets)
  for (const one of nodes) collector.add(one)
  const lines = collector.reservations.map(({ addresses, hostName, mac }) =>
    [mac.slice(-2), hostName, ...addresses.map(showIp)].join(' '),
  )
  return { lines, notes: collector.notes.map((note) => note.replace(/^node .*?: /, '')) }
}

describe('reservations', () => {
  it('have each NIC with its name, in the order of MACs, and the addresses that are noted down', () => {
    const { lines, notes } = collect(
      node(2, { extra: { ip_address: '192.0.2.20/24', ipv6_address: '2001:db8::20' } }),
      node(1, { name: null }),
      node(3, { driverInfo: { ip_address: '192.0.2.30' } }),
    )
    expect(lines).toEqual([
      '01 7f0fb1e5-1b77-4c5a-9f2e-000000000001',
      '02 n2 192.0.2.20 2001:db8::20',
      '03 n3 192.0.2.30',
    ])
    expect(notes).toEqual([])
  })

  it("give the node's address to the NIC that it boots from, unless a port has its own", () => {
    const { lines } = collect(
      node(1, { extra: { ip_address: '192.0.2.10' } }, [
        ['0a', false],
        ['0b', true],
        ['0c', true, { ip_address: '192.0.2.12' }],
      ]),
    )
    expect(lines).toEqual(['0a n1', '0b n1 192.0.2.10', '0c n1 192.0.2.12'])
  })

  it('leave out what a server would refuse all of its configuration for, and say so', () => {
    const { lines, notes } = collect(
      node(1, { extra: { ip_address: '192.0.2.10' } }),
      node(2, { extra: { ip_address: '192.0.2.10' } }),
      node(3, { extra: { ip_address: '192.0.2.1' } }),
      node(4, { extra: { ip_address: '198.51.100.1' } }),
      node(5, { extra: { ip_address: '192.0.2.255' } }),
      node(6, { extra: { ip_address: 7 } }),
    )
    expect(lines).toEqual(['01 n1 192.0.2.10', '02 n2', '03 n3', '04 n4', '05 n5', '06 n6'])
    expect(notes).toEqual([
      '192.0.2.10 is not reserved, as node 7f0fb1e5-1b77-4c5a-9f2e-000000000001 has it',
      '192.0.2.1 is not reserved, as a router or relay has it',
      '198.51.100.1 is not reserved, as it is in none of the subnets',
      '192.0.2.255 is not reserved, as it is in none of the subnets',
      'ip_address in extra is no address',
    ])
  })
})
