import { describe, expect, it } from 'vitest'
import { showIp } from './ip-address.ts'
import type { Subnet } from './network-plan.ts'
import { showRange } from './read-ranges.ts'
import { checkTogether, readSubnet } from './read-subnet.ts'
import type { SubnetFields } from './subnet-fields.ts'

function read(fields: SubnetFields): { subnet: Subnet | undefined; problems: string[] } {
  const problems: string[] = []
  const defaults = { parentInterface: 'eth0', interfaceOf: () => 'eth9' }
  const subnet = readSubnet(fields, defaults, (field, problem) => problems.push(`${field}: ${problem}`))
  return { subnet, problems }
}

const good = (fields: SubnetFields): Subnet => {
  const { problems, subnet } = read(fields)
  if (!subnet) throw new Error(problems.join('\n'))
  return subnet
}
const problemsOf = (fields: SubnetFields) => {
  const { problems, subnet } = read(fields)
  expect(subnet).toBeUndefined()
  return problems
}

describe('a subnet', () => {
  it('gives out its upper half by default, but for what is taken', () => {
    expect(good({ subnet: '192.0.2.0/24' }).ranges.map(showRange)).toEqual(['192.0.2.128-192.0.2.254'])
    expect(good({ subnet: '192.0.2.0/24', router: '192.0.2.254' }).ranges.map(showRange)).toEqual([
      '192.0.2.128-192.0.2.253',
    ])
    expect(good({ subnet: '192.0.2.0/24', router: '192.0.2.129' }).ranges.map(showRange)).toEqual([
      '192.0.2.128-192.0.2.128',
      '192.0.2.130-192.0.2.254',
    ])
    expect(good({ subnet: '10.0.0.0/8' }).ranges.map(showRange)).toEqual(['10.1.0.0-10.1.255.255'])
    expect(good({ subnet: '2001:db8::/64' }).ranges.map(showRange)).toEqual(['2001:db8::1:0-2001:db8::1:ffff'])
    expect(good({ subnet: '2001:db8::/120' }).ranges.map(showRange)).toEqual(['2001:db8::80-2001:db8::ff'])
    expect(good({ subnet: '192.0.2.0/31' }).ranges).toEqual([])
    expect(good({ subnet: '192.0.2.0/24', range: ['none'] }).ranges).toEqual([])
  })

  it('is at the interface that is named, that of its VLAN, or the one that leads there', () => {
    expect(good({ subnet: '192.0.2.0/24' }).interface).toBe('eth9')
    expect(good({ subnet: '192.0.2.0/24', interface: 'br0' }).interface).toBe('br0')
    expect(good({ subnet: '192.0.2.0/24', vlan: '4094' }).interface).toBe('eth0.4094')
    expect(good({ subnet: '192.0.2.0/24', relay: true }).interface).toBeUndefined()
    expect(good({ subnet: '192.0.2.0/24', relay: ['10.0.0.1'] }).relays.map(showIp)).toEqual(['10.0.0.1'])
  })

  it('keeps its number whatever other subnets there are', () => {
    expect(good({ subnet: '192.0.2.0/24' }).id).toBe(good({ subnet: '192.0.2.0/24', router: '192.0.2.1' }).id)
    expect(good({ subnet: '192.0.2.0/24' }).id).not.toBe(good({ subnet: '192.0.2.0/25' }).id)
  })

  it.each<[SubnetFields, string]>([
    [{ subnet: '192.0.2.7/24' }, 'subnet: "192.0.2.7/24" is an address in the subnet 192.0.2.0/24'],
    [{ subnet: '192.0.2.0' }, 'subnet: "192.0.2.0" is no subnet such as 192.0.2.0/24 or 2001:db8::/64'],
    [{ subnet: '192.0.2.0/33' }, 'subnet: "192.0.2.0/33": a prefix length of 0 to 32 is needed'],
    [{ subnet: '192.00.2.0/24' }, 'subnet: "192.00.2.0/24" is no subnet such as 192.0.2.0/24 or 2001:db8::/64'],
    [{ subnet: '192.0.2.0/24', range: ['192.0.2.9-192.0.3.1'] }, 'range: 192.0.3.1 is not in 192.0.2.0/24'],
    [{ subnet: '192.0.2.0/24', range: ['192.0.2.9-192.0.2.1'] }, 'range: 192.0.2.9 comes after 192.0.2.1'],
    [
      { subnet: '192.0.2.0/24', range: ['192.0.2.9'] },
      'range: "192.0.2.9" is no range such as 192.0.2.100-192.0.2.200, or none',
    ],
    [
      { subnet: '192.0.2.0/24', range: ['192.0.2.5-192.0.2.9', '192.0.2.9-192.0.2.20'] },
      'range: 192.0.2.9-192.0.2.20 overlaps with another range',
    ],
    [
      { subnet: '192.0.2.0/24', range: ['192.0.2.1-192.0.2.9'], router: '192.0.2.1' },
      "range: 192.0.2.1-192.0.2.9 holds 192.0.2.1, which is the router's or a relay's",
    ],
    [{ subnet: '192.0.2.0/24', router: '192.0.3.1' }, 'router: 192.0.3.1 is not in 192.0.2.0/24'],
    [{ subnet: '192.0.2.0/24', router: '2001:db8::1' }, 'router: "2001:db8::1" is no IPv4 address'],
    [{ subnet: '2001:db8::/64', dns: ['192.0.2.1'] }, 'dns: "192.0.2.1" is no IPv6 address'],
    [{ subnet: '192.0.2.0/24', vlan: '4095' }, 'vlan: "4095" is no VLAN id: 1 to 4094'],
    [{ subnet: '192.0.2.0/24', vlan: '5', interface: 'eth1' }, 'vlan: give either vlan or interface'],
    [{ subnet: '192.0.2.0/24', interface: 'eth0;' }, 'interface: "eth0;" is no interface'],
    [
      { subnet: '192.0.2.0/24', interface: 'eth0', relay: true },
      'relay: a subnet behind a relay has no interface of this host',
    ],
    [{ subnet: '192.0.2.0/24', domain: 'a"b' }, 'domain: "a\\"b" is no domain'],
    [{ subnet: '192.0.2.0/24', lease: '60' }, 'lease: "60": a number of seconds is needed, 120 at least'],
    [{ subnet: '192.0.2.0/24', raOnly: true }, 'raOnly: router advertisements are of IPv6 alone'],
  ])('%j is refused', (fields, problem) => {
    expect(problemsOf(fields)).toContain(problem)
  })

  it('may not overlap with another, nor share a wire with one at another interface', () => {
    const subnets = [
      good({ subnet: '192.0.2.0/24', interface: 'eth0', shared: 'a' }),
      good({ subnet: '192.0.2.128/25', interface: 'eth0', shared: 'a' }),
      good({ subnet: '198.51.100.0/24', interface: 'eth1', shared: 'a' }),
    ]
    const problems: string[] = []
    checkTogether(subnets, (index, field) => problems.push(`${index} ${field}`))
    expect(problems).toEqual(['1 subnet', '2 shared'])
  })
})
