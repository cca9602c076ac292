import { type BootRule, bootRules, httpClientBytes } from './boot-rules.ts'
import { header } from './header.ts'
import { contains, type Family, showIp, showNetwork } from './ip-address.ts'
import { architectureHex } from './loaders.ts'
import {
  interfacesOf,
  type NetworkPlan,
  type Reservation,
  relaysOutside,
  type Subnet,
  subnetsOf,
  wiresOf,
} from './network-plan.ts'
import { showRange } from './read-ranges.ts'

/** A configuration of kea-dhcp4 or kea-dhcp6: JSON below a comment, as Kea allows it. */
export function keaConfiguration(plan: NetworkPlan, family: Family): string {
  const comment = header(plan, `kea --family ${family}`, [family]).map((line) => `// ${line}`.trimEnd())
  return `${comment.join('\n')}\n${JSON.stringify({ [`Dhcp${family}`]: server(plan, family) }, undefined, 2)}\n`
}

function server(plan: NetworkPlan, family: Family): object {
  const subnets = subnetsOf(plan, family).filter(({ advertisedOnly }) => !advertisedOnly)
  const wires = wiresOf(subnets)
  const direct = subnets.filter(({ relayed }) => !relayed)
  const placed = new Set(subnets.flatMap(({ network }) => plan.reservations.filter((one) => addressIn(one, network))))
  // Unless told to, kea-dhcp6 hears multicasts alone, and relays send to an address.
  const hearsRelays = family === 6 && subnets.some(({ relayed }) => relayed)
  const unplaced = plan.reservations.filter((one) => !placed.has(one))
  return {
    'interfaces-config': {
      interfaces: (interfacesOf(direct) ?? ['*']).map((name) => (hearsRelays ? withOwnAddress(plan, name) : name)),
      // Machines that boot have no address yet that an ordinary socket could answer to.
      ...(family === 4 ? { 'dhcp-socket-type': 'raw' } : {}),
    },
    ...(plan.controlSocket === undefined
      ? {}
      : { 'control-socket': { 'socket-type': 'unix', 'socket-name': plan.controlSocket } }),
    'lease-database': {
      type: 'memfile',
      persist: true,
      ...(plan.leaseFile === undefined ? {} : { name: plan.leaseFile }),
    },
    loggers: [{ name: `kea-dhcp${family}`, severity: 'INFO', output_options: [{ output: 'stdout' }] }],
    ...(family === 4 ? { authoritative: true, 'option-def': ipxeOptions } : {}),
    ...(family === 4 && plan.logServer
      ? { 'option-data': [{ name: 'log-servers', data: showIp(plan.logServer) }] }
      : {}),
    'client-classes': classes(plan, family),
    // Names are for whole networks, addresses for their subnet.
    'reservations-global': true,
    'reservations-in-subnet': true,
    'host-reservation-identifiers': ['hw-address'],
    reservations: unplaced.map((one) => keaReservation(one, family)),
    'shared-networks': wires
      .filter(({ name }) => name !== undefined)
      .map(({ name, subnets: members }) => ({
        name,
        ...(members[0]?.interface === undefined ? {} : { interface: members[0].interface }),
        [`subnet${family}`]: members.map((subnet) => subnetOf(plan, subnet)),
      })),
    [`subnet${family}`]: wires
      .filter(({ name }) => name === undefined)
      .flatMap(({ subnets: members }) => members.map((subnet) => subnetOf(plan, subnet))),
  }
}

function withOwnAddress({ ownAddresses6 }: NetworkPlan, name: string): string {
  const address = ownAddresses6?.[name]
  return address === undefined ? name : `${name}/${showIp(address)}`
}

/** iPXE's own options: 176 in 175, "do not wait for a ProxyDHCP server". */
const ipxeOptions = [
  { name: 'ipxe', code: 175, type: 'empty', encapsulate: 'ipxe' },
  { name: 'no-pxedhcp', code: 176, space: 'ipxe', type: 'uint8' },
]

const isIpxe: Readonly<Record<Family, string>> = {
  4: "option[175].exists or substring(option[77].hex,0,4) == 'iPXE' or substring(option[77].hex,1,4) == 'iPXE'",
  // Each user class has its length before it.
  6: "substring(option[15].hex,2,4) == 'iPXE'",
}

function classes(plan: NetworkPlan, family: Family): object[] {
  const script = plan.scriptUrls[family]
  const ipxe = {
    name: 'ipxe',
    test: isIpxe[family],
    ...(family === 4 && script !== undefined ? { 'boot-file-name': script } : {}),
    'option-data': [
      ...(family === 6 && script !== undefined ? [bootfileUrl(script)] : []),
      ...(family === 4
        ? [
            { name: 'ipxe', 'always-send': true },
            { name: 'no-pxedhcp', space: 'ipxe', data: '1', 'always-send': true },
          ]
        : []),
    ],
  }
  return [ipxe, ...bootRules(plan, family).map((rule) => bootClass(rule, plan, family))]
}

function bootClass({ architectures, bootFile, http, name }: BootRule, plan: NetworkPlan, family: Family): object {
  const option = family === 4 ? 93 : 61
  const fits = architectures.map((one) => `substring(option[${option}].hex,0,2) == 0x${architectureHex(one)}`)
  const test = `not member('ipxe') and (${fits.join(' or ')})`
  if (family === 6) {
    return {
      name,
      test,
      'option-data': [
        bootfileUrl(bootFile),
        ...(http
          ? [
              {
                name: 'vendor-class',
                'csv-format': false,
                data: httpClientBytes().toString('hex'),
                'always-send': true,
              },
            ]
          : []),
      ],
    }
  }
  const server = http ? undefined : plan.tftpServers[4]
  return {
    name,
    test,
    ...(server ? { 'next-server': showIp(server) } : {}),
    'boot-file-name': bootFile,
    ...(http ? { 'option-data': [{ name: 'vendor-class-identifier', data: 'HTTPClient', 'always-send': true }] } : {}),
  }
}

// Kea splits values at commas, unless they are escaped.
const bootfileUrl = (url: string) => ({ name: 'bootfile-url', data: url, 'always-send': true })

function subnetOf(plan: NetworkPlan, subnet: Subnet): object {
  const { dns, domain, id, leaseSeconds, network, ranges, router, sharedNetwork } = subnet
  const { family } = network
  const relays = relaysOutside(subnet)
  const options = [
    ...(family === 4 && router ? [{ name: 'routers', data: showIp(router) }] : []),
    ...(dns.length > 0
      ? [{ name: family === 4 ? 'domain-name-servers' : 'dns-servers', data: dns.map(showIp).join(', ') }]
      : []),
    ...(domain === undefined ? [] : [{ name: family === 4 ? 'domain-name' : 'domain-search', data: domain }]),
  ]
  return {
    id,
    subnet: showNetwork(network),
    // A shared network names it for all its subnets.
    ...(subnet.interface === undefined || sharedNetwork !== undefined ? {} : { interface: subnet.interface }),
    ...(relays.length > 0 ? { relay: { 'ip-addresses': relays.map(showIp) } } : {}),
    'valid-lifetime': leaseSeconds,
    pools: ranges.map((range) => ({ pool: showRange(range).replace('-', ' - ') })),
    ...(options.length > 0 ? { 'option-data': options } : {}),
    reservations: plan.reservations.filter((one) => addressIn(one, network)).map((one) => keaReservation(one, family)),
  }
}

/** How Kea is told of one NIC. By the context those are known again that bootring made. */
export interface KeaReservation {
  'hw-address': string
  hostname: string
  'ip-address'?: string
  'ip-addresses'?: string[]
  'user-context': { bootring: { node: string } }
}

export function keaReservation({ addresses, hostName, mac, nodeUuid }: Reservation, family: Family): KeaReservation {
  const [ip] = addresses.filter((address) => address.family === family).map(showIp)
  return {
    'hw-address': mac,
    hostname: hostName,
    ...(ip === undefined ? {} : family === 4 ? { 'ip-address': ip } : { 'ip-addresses': [ip] }),
    'user-context': { bootring: { node: nodeUuid } },
  }
}

const addressIn = ({ addresses }: Reservation, network: Subnet['network']): boolean =>
  addresses.some((ip) => contains(network, ip))
