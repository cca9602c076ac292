import { bootRules, httpClientVendorClass } from './boot-rules.ts'
import { header } from './header.ts'
import { type Family, netmask, showIp } from './ip-address.ts'
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

/** A configuration of dnsmasq for DHCPv4, DHCPv6, router advertisements and TFTP; no DNS. */
export function dnsmasqConfiguration(plan: NetworkPlan): string {
  const booting = ([4, 6] as const).filter((family) =>
    subnetsOf(plan, family).some(({ advertisedOnly }) => !advertisedOnly),
  )
  const blocks = [
    header(plan, 'dnsmasq', [4, 6]).map((line) => `# ${line}`.trimEnd()),
    general(plan, booting.length > 0),
    ...plan.subnets.map((subnet) => subnetLines(subnet)),
    sharedNetworks(plan),
    ...(booting.length > 0 ? [ipxe()] : []),
    ...booting.map((family) => bootLines(plan, family)),
    reservations(plan),
  ]
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => `${block.join('\n')}\n`)
    .join('\n')
}

/** The line of one NIC, as it stands after `dhcp-host=` and in files of `dhcp-hostsdir`. */
export function dnsmasqHost({ mac, hostName, addresses }: Reservation): string {
  return [mac, ...addresses.map((ip) => inBrackets(ip)), hostName].join(',')
}

function general(plan: NetworkPlan, boots: boolean): string[] {
  const advertising = plan.subnets.some(advertises)
  return [
    '# DHCP and TFTP only, no DNS.',
    'port=0',
    ...(interfacesOf(plan.subnets.filter(({ relayed }) => !relayed)) ?? []).map((name) => `interface=${name}`),
    // Unlike bind-interfaces it waits for interfaces that come up later, as those of VLANs do.
    'bind-dynamic',
    'dhcp-authoritative',
    ...(plan.logServer === undefined ? [] : [`dhcp-option=option:log-server,${showIp(plan.logServer)}`]),
    '# The names of boot files in their own fields: some firmware reads nothing else.',
    'dhcp-no-override',
    ...(plan.leaseFile === undefined ? [] : [`dhcp-leasefile=${plan.leaseFile}`]),
    ...(plan.tftpRoot === undefined || !boots ? [] : ['enable-tftp', `tftp-root=${plan.tftpRoot}`]),
    // As nobody's way out: this host need not be a router.
    ...(advertising ? ['enable-ra', 'ra-param=*,60,0'] : []),
    ...(plan.hostsFolder === undefined ? [] : [`dhcp-hostsdir=${plan.hostsFolder}`]),
  ]
}

/** A router's advertisements are its own; nobody's pass a relay. */
const advertises = (subnet: Subnet): boolean =>
  subnet.network.family === 6 && !subnet.relayed && subnet.router === undefined

function subnetLines(subnet: Subnet): string[] {
  const { dns, domain, network, router } = subnet
  const tag = tagOf(subnet)
  const option = network.family === 4 ? 'option' : 'option6'
  const lines = ranges(subnet)
  if (network.family === 4) {
    // Without a value nothing is sent; without the line dnsmasq would name itself.
    lines.push(`dhcp-option=tag:${tag},option:router${router ? `,${showIp(router)}` : ''}`)
  }
  if (network.family === 4 || dns.length > 0)
    lines.push(`dhcp-option=tag:${tag},${option}:dns-server${dns.map((ip) => `,${inBrackets(ip)}`).join('')}`)
  if (domain !== undefined)
    lines.push(
      `dhcp-option=tag:${tag},${network.family === 4 ? 'option:domain-name' : 'option6:domain-search'},${domain}`,
    )
  return lines
}

function ranges(subnet: Subnet): string[] {
  const { advertisedOnly, leaseSeconds, network, ranges } = subnet
  const start = showIp({ family: network.family, value: network.first })
  const size = network.family === 4 ? netmask(network) : String(network.prefixLength)
  // dnsmasq has the subnets of a shared network of IPv4 at hand on all its interfaces. A request's own tag is its interface.
  const only = network.family === 4 && sharesWire(subnet) ? `tag:${subnet.interface},` : ''
  const set = `${only}set:${tagOf(subnet)}`
  if (advertisedOnly) return [`dhcp-range=${set},${start},ra-only,${size}`]
  if (ranges.length === 0) return [`dhcp-range=${set},${start},static,${size},${leaseSeconds}`]
  return ranges.map(({ first, last }) => `dhcp-range=${set},${showIp(first)},${showIp(last)},${size},${leaseSeconds}`)
}

/** Which further subnets lie where a request comes from: by the interface that it came in on, or by the relay's address. */
function sharedNetworks(plan: NetworkPlan): string[] {
  const lines: string[] = []
  for (const family of [4, 6] as const) {
    for (const { subnets } of wiresOf(subnetsOf(plan, family))) {
      for (const subnet of subnets) {
        const within = showIp({ family, value: subnet.network.first + (subnet.network.prefixLength < 31 ? 1n : 0n) })
        const others = subnets.filter((other) => other !== subnet)
        const gateways = subnet.relayed
          ? [
              ...relaysOutside(subnet),
              ...others.flatMap(({ relays, router }) => [...relays, ...(router ? [router] : [])]),
            ]
          : []
        const ways = new Set(gateways.map(showIp))
        if (others.length > 0 && sharesWire(subnet)) ways.add(subnet.interface)
        for (const way of ways) lines.push(`shared-network=${way},${within}`)
      }
    }
  }
  return lines.length > 0
    ? ['# Several subnets on one wire, and relays with an address outside their subnet.', ...lines]
    : []
}

/** Found by an interface, whichever of its subnets the interface itself has an address in. */
const sharesWire = (subnet: Subnet): subnet is Subnet & { interface: string } =>
  subnet.sharedNetwork !== undefined && !subnet.relayed && subnet.interface !== undefined

function ipxe(): string[] {
  return [
    '# iPXE shows itself by its own options and by its user class. It gets the script, never another iPXE.',
    'dhcp-match=set:ipxe,175',
    'dhcp-userclass=set:ipxe,iPXE',
    '# Its option 176 in 175: do not wait for a ProxyDHCP server.',
    'dhcp-option-force=tag:ipxe,encap:175,176,1b',
  ]
}

function bootLines(plan: NetworkPlan, family: Family): string[] {
  const lines = [family === 4 ? '# What to boot, DHCPv4.' : '# What to boot, DHCPv6.']
  const script = plan.scriptUrls[family]
  if (script !== undefined)
    lines.push(
      family === 4 ? `dhcp-boot=tag:ipxe,${script}` : `dhcp-option-force=tag:ipxe,option6:bootfile-url,${script}`,
    )
  for (const { architectures, bootFile, http, name } of bootRules(plan, family)) {
    const tags = `tag:!ipxe,tag:${name}`
    for (const architecture of architectures) {
      const match =
        family === 4 ? `option:client-arch,${architecture}` : `option6:61,${hexPairs(architectureHex(architecture))}`
      lines.push(`dhcp-match=set:${name},${match}`)
    }
    if (family === 4) {
      // Without one, dnsmasq names the address of its own that the machine can reach.
      const server = http ? undefined : plan.tftpServers[4]
      lines.push(`dhcp-boot=${tags},${bootFile}${server ? `,,${showIp(server)}` : ''}`)
      if (http) lines.push(`dhcp-option-force=${tags},option:vendor-class,HTTPClient`)
    } else {
      lines.push(`dhcp-option-force=${tags},option6:bootfile-url,${bootFile}`)
      if (http) lines.push(`dhcp-option-force=${tags},option6:16,${vendorClass6}`)
    }
  }
  return lines
}

function reservations({ reservations }: NetworkPlan): string[] {
  if (reservations.length === 0) return []
  return ['# The fleet.', ...reservations.map((one) => `dhcp-host=${dnsmasqHost(one)}`)]
}

/**
 * dnsmasq knows option 16 as a list of texts, each with its length before it, and nothing makes it write an enterprise number there. 2 and
 * "BR" together read as one, 148050, which is nobody's; what firmware looks for is the text.
 */
const vendorClass6 = `BR,${httpClientVendorClass.text}`

const tagOf = ({ id }: Subnet): string => `net-${id}`

const inBrackets = (ip: Parameters<typeof showIp>[0]): string => (ip.family === 6 ? `[${showIp(ip)}]` : showIp(ip))

const hexPairs = (hex: string): string => (hex.match(/../g) ?? []).join(':')
