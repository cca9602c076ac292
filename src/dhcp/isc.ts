import { type BootRule, bootRules, httpClientVendorClass } from './boot-rules.ts'
import { header } from './header.ts'
import { type Family, netmask, showIp, showNetwork } from './ip-address.ts'
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

/** A configuration of ISC's dhcpd, for `dhcpd -4` or `dhcpd -6`. */
export function iscConfiguration(plan: NetworkPlan, family: Family): string {
  const subnets = subnetsOf(plan, family).filter(({ advertisedOnly }) => !advertisedOnly)
  const interfaces = interfacesOf(subnets.filter(({ relayed }) => !relayed)) ?? []
  const comment = [
    ...header(plan, `isc --family ${family}`, [family]),
    '',
    interfaces.length > 0
      ? `dhcpd finds interfaces by their addresses; name them on its command line: ${interfaces.join(' ')}`
      : 'dhcpd finds interfaces by their addresses: each subnet without a relay needs one.',
  ]
  const blocks = [
    comment.map((line) => `# ${line}`.trimEnd()),
    general(plan, family),
    family === 4 ? options4 : options6,
    bootLines(plan, family),
    ...wiresOf(subnets).map(wireLines),
    ...(plan.reservations.length > 0 ? [['# The fleet.', ...plan.reservations.map((one) => host(one, family))]] : []),
  ]
  return blocks.map((block) => `${block.join('\n')}\n`).join('\n')
}

/** A text in double quotes. Throws RangeError for what can't stand in them as it is: a backslash would begin an escape. */
export function iscString(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text) || /["\\]/.test(text))
    throw new RangeError(`not plain text: ${JSON.stringify(text)}`)
  return `"${text}"`
}

function general({ leaseFile, logServer }: NetworkPlan, family: Family): string[] {
  return [
    'authoritative;',
    ...(leaseFile === undefined ? [] : [`lease-file-name ${iscString(leaseFile)};`]),
    ...(family === 4 && logServer ? [`option log-servers ${showIp(logServer)};`] : []),
  ]
}

const options4 = [
  'option client-architecture code 93 = string;',
  '# iPXE\'s own options: 176 in 175, "do not wait for a ProxyDHCP server".',
  'option space ipxe;',
  'option ipxe-encap-opts code 175 = encapsulate ipxe;',
  'option ipxe.no-pxedhcp code 176 = unsigned integer 8;',
]

const options6 = [
  'option dhcp6.client-architecture code 61 = string;',
  'option dhcp6.user-classes code 15 = string;',
  'option dhcp6.boot-url code 59 = string;',
  'option dhcp6.http-vendor-class code 16 = { unsigned integer 32, unsigned integer 16, string };',
]

const isIpxe: Readonly<Record<Family, string>> = {
  4: 'exists ipxe-encap-opts or substring(option user-class, 0, 4) = "iPXE" or substring(option user-class, 1, 4) = "iPXE"',
  // Each user class has its length before it.
  6: 'substring(option dhcp6.user-classes, 2, 4) = "iPXE"',
}

function bootLines(plan: NetworkPlan, family: Family): string[] {
  const script = plan.scriptUrls[family]
  const lines = [
    '# iPXE shows itself by its own options and by its user class. It gets the script, never another iPXE.',
    `if ${isIpxe[family]} {`,
    ...(family === 4 ? ['  option ipxe.no-pxedhcp 1;'] : []),
    ...(script === undefined ? [] : [bootFile(family, script)]),
  ]
  for (const rule of bootRules(plan, family)) {
    const test = rule.architectures.map((one) => `substring(option ${architecture(family)}, 0, 2) = ${pairs(one)}`)
    lines.push(`} elsif ${test.join(' or ')} {`, ...ruleLines(rule, plan, family))
  }
  return [...lines, '}']
}

function ruleLines(rule: BootRule, plan: NetworkPlan, family: Family): string[] {
  const server = family === 4 && !rule.http ? plan.tftpServers[4] : undefined
  const { enterprise, text } = httpClientVendorClass
  const echo =
    family === 4
      ? `  option vendor-class-identifier ${iscString(text)};`
      : `  option dhcp6.http-vendor-class ${enterprise} ${text.length} ${iscString(text)};`
  return [
    ...(server ? [`  next-server ${showIp(server)};`] : []),
    bootFile(family, rule.bootFile),
    ...(rule.http ? [echo] : []),
  ]
}

const bootFile = (family: Family, text: string): string =>
  family === 4 ? `  filename ${iscString(text)};` : `  option dhcp6.boot-url ${iscString(text)};`

const architecture = (family: Family): string => (family === 4 ? 'client-architecture' : 'dhcp6.client-architecture')

const pairs = (code: number): string => architectureHex(code).replace(/^(..)/, '$1:')

function wireLines({ name, subnets }: { name?: string; subnets: readonly Subnet[] }): string[] {
  const family = subnets[0]?.network.family
  // dhcpd finds a relay's subnet by the relay's address: one outside has to lie on the same wire.
  const relays = [...new Set(subnets.flatMap((subnet) => relaysOutside(subnet).map(showIp)))]
  const lines = [
    ...relays.map((relay) => (family === 4 ? `subnet ${relay} netmask 255.255.255.255 {}` : `subnet6 ${relay}/128 {}`)),
    ...subnets.flatMap(subnetLines),
  ]
  const wire = name ?? (relays.length > 0 && subnets[0] ? `net-${subnets[0].id}` : undefined)
  if (wire === undefined) return lines
  return [`shared-network ${iscString(wire)} {`, ...lines.map((line) => `  ${line}`), '}']
}

function subnetLines({ dns, domain, leaseSeconds, network, ranges, router }: Subnet): string[] {
  const four = network.family === 4
  const addresses = dns.map(showIp).join(', ')
  const inside = [
    ...ranges.map(({ first, last }) => `range${four ? '' : '6'} ${showIp(first)} ${showIp(last)};`),
    `default-lease-time ${leaseSeconds};`,
    `max-lease-time ${leaseSeconds};`,
    ...(four && router ? [`option routers ${showIp(router)};`] : []),
    ...(dns.length > 0 ? [`option ${four ? 'domain-name-servers' : 'dhcp6.name-servers'} ${addresses};`] : []),
    ...(domain === undefined ? [] : [`option ${four ? 'domain-name' : 'dhcp6.domain-search'} ${iscString(domain)};`]),
  ]
  const head = four
    ? `subnet ${showIp({ family: 4, value: network.first })} netmask ${netmask(network)} {`
    : `subnet6 ${showNetwork(network)} {`
  return [head, ...inside.map((line) => `  ${line}`), '}']
}

function host({ addresses, hostName, mac }: Reservation, family: Family): string {
  const ip = addresses.find((address) => address.family === family)
  const fixed = ip === undefined ? '' : `fixed-address${family === 6 ? '6' : ''} ${showIp(ip)}; `
  const name = family === 4 ? `option host-name ${iscString(hostName)}; ` : `ddns-hostname ${iscString(hostName)}; `
  return `host nic-${mac.replaceAll(':', '')} { hardware ethernet ${mac}; ${fixed}${name}}`
}
