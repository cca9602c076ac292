import { AddressReader, quoted } from './address-reader.ts'
import { contains, type Network, parseIp, parseNetwork, showIp, showNetwork } from './ip-address.ts'
import type { Subnet } from './network-plan.ts'
import { isHostName, isInterface, isWord } from './plain-text.ts'
import { readRanges } from './read-ranges.ts'
import type { ReportField, SubnetField, SubnetFields } from './subnet-fields.ts'

export interface SubnetDefaults {
  /** Interface of VLANs. */
  parentInterface?: string | undefined
  /** The interface that leads into a network; undefined: unknown. */
  interfaceOf(network: Network): string | undefined
}

const defaultLeaseSeconds = 3600
/** dnsmasq takes nothing shorter. */
const minLeaseSeconds = 120

/** Checks what was written down. Undefined where anything is wrong, which has been reported then. */
export function readSubnet(fields: SubnetFields, defaults: SubnetDefaults, report: ReportField): Subnet | undefined {
  let good = true
  const wrong: ReportField = (field, problem) => {
    good = false
    report(field, problem)
  }
  const network = parseNetwork(fields.subnet)
  if (network === undefined) {
    wrong('subnet', networkProblem(fields.subnet))
    return undefined
  }
  const reader = new AddressReader(network, wrong)
  const router = fields.router === undefined ? undefined : reader.address('router', fields.router)
  if (router && network.family === 4 && !contains(network, router))
    wrong('router', `${showIp(router)} is not in ${showNetwork(network)}`)
  const { relay } = fields
  const relays = typeof relay === 'object' ? relay.flatMap((text) => reader.address('relay', text) ?? []) : []
  const relayed = relay !== undefined
  const named = interfaceName(fields, defaults, wrong)
  if (relayed && (fields.interface !== undefined || fields.vlan !== undefined))
    wrong('relay', 'a subnet behind a relay has no interface of this host')
  if (fields.domain !== undefined && !isHostName(fields.domain))
    wrong('domain', `${quoted(fields.domain)} is no domain`)
  if (fields.shared !== undefined && !isWord(fields.shared))
    wrong('shared', `${quoted(fields.shared)} is no name: letters, digits, "-" and "_", at most 64`)
  if (fields.raOnly && network.family === 4) wrong('raOnly', 'router advertisements are of IPv6 alone')
  if (fields.raOnly && relayed) wrong('raOnly', 'router advertisements do not pass a relay')
  const dns = (fields.dns ?? []).flatMap((text) => reader.address('dns', text) ?? [])
  const ranges = readRanges(fields, reader, { router, relays })
  const leaseSeconds = readLease(fields.lease, wrong)
  const found = named ?? (relayed ? undefined : defaults.interfaceOf(network))
  if (!good) return undefined
  return {
    id: subnetId(showNetwork(network)),
    network,
    ranges,
    ...(router === undefined ? {} : { router }),
    dns,
    ...(fields.domain === undefined ? {} : { domain: fields.domain }),
    ...(found === undefined ? {} : { interface: found }),
    relayed,
    relays,
    ...(fields.shared === undefined ? {} : { sharedNetwork: fields.shared }),
    advertisedOnly: fields.raOnly ?? false,
    leaseSeconds,
  }
}

/** What is wrong with several subnets together: `index` is that of the later one. */
export function checkTogether(
  subnets: readonly Subnet[],
  report: (index: number, field: SubnetField, problem: string) => void,
): void {
  for (const [index, subnet] of subnets.entries()) {
    const before = subnets.slice(0, index)
    const text = showNetwork(subnet.network)
    const other = before.find((known) => overlap(known.network, subnet.network))
    if (other) report(index, 'subnet', `${text} overlaps with ${showNetwork(other.network)}`)
    const mate = before.find(
      (known) => known.sharedNetwork !== undefined && known.sharedNetwork === subnet.sharedNetwork,
    )
    if (mate && (mate.relayed !== subnet.relayed || mate.interface !== subnet.interface))
      report(
        index,
        'shared',
        `${text} and ${showNetwork(mate.network)} lie on one wire: give both the same interface, or let both be relayed`,
      )
  }
}

function interfaceName(
  { interface: name, vlan }: SubnetFields,
  { parentInterface }: SubnetDefaults,
  wrong: ReportField,
): string | undefined {
  if (name !== undefined && vlan !== undefined) wrong('vlan', 'give either vlan or interface')
  if (vlan !== undefined) {
    const id = /^[1-9]\d{0,3}$/.test(vlan) ? Number(vlan) : 0
    if (id < 1 || id > 4094) wrong('vlan', `${quoted(vlan)} is no VLAN id: 1 to 4094`)
    else if (parentInterface === undefined)
      wrong('vlan', 'which interface is it on? Give --interface, or interface here')
    else if (!isInterface(`${parentInterface}.${id}`))
      wrong('vlan', `${parentInterface}.${id} is longer than the name of an interface may be: give interface instead`)
    else return `${parentInterface}.${id}`
    return undefined
  }
  if (name !== undefined && !isInterface(name)) wrong('interface', `${quoted(name)} is no interface`)
  return name
}

function readLease(text: string | undefined, wrong: ReportField): number {
  if (text === undefined) return defaultLeaseSeconds
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (seconds < minLeaseSeconds)
    wrong('lease', `${quoted(text)}: a number of seconds is needed, ${minLeaseSeconds} at least`)
  return seconds
}

function networkProblem(text: string): string {
  const [address, length] = text.split('/')
  const ip = parseIp(address ?? '')
  if (ip === undefined || length === undefined)
    return `${quoted(text)} is no subnet such as 192.0.2.0/24 or 2001:db8::/64`
  const bits = ip.family === 4 ? 32 : 128
  if (!/^\d+$/.test(length) || Number(length) > bits)
    return `${quoted(text)}: a prefix length of 0 to ${bits} is needed`
  const size = 1n << BigInt(bits - Number(length))
  return `${quoted(text)} is an address in the subnet ${showIp({ ...ip, value: ip.value - (ip.value % size) })}/${length}`
}

/** FNV-1a of 31 bits: Kea wants a number above 0 that fits 32 bits. */
function subnetId(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 1 || 1
}

const overlap = (a: Network, b: Network): boolean => a.family === b.family && a.first <= b.last && b.first <= a.last
