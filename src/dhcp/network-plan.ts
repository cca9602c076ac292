import type { MacAddress } from '../model/mac.ts'
import { contains, type Family, type IpAddress, type Network } from './ip-address.ts'
import type { Loader } from './loaders.ts'

/** Both ends included. */
export interface AddressRange {
  readonly first: IpAddress
  readonly last: IpAddress
}

export interface Subnet {
  /** Kea's number of the subnet: made from the network, so that leases keep theirs while others come and go. */
  readonly id: number
  readonly network: Network
  /** Empty: only reserved addresses are given out. */
  readonly ranges: readonly AddressRange[]
  readonly router?: IpAddress
  readonly dns: readonly IpAddress[]
  readonly domain?: string
  /** The DHCP host's interface in this subnet. Neither this nor a relay: whichever interface has an address in it. */
  readonly interface?: string
  /** Whether requests come by relays alone, and the addresses of those that are known. */
  readonly relayed: boolean
  readonly relays: readonly IpAddress[]
  /** Subnets of one name lie on the same wire. */
  readonly sharedNetwork?: string
  /** IPv6: addresses are made by the machines themselves, from advertisements. Without one iPXE waits 16 s for it. */
  readonly advertisedOnly: boolean
  readonly leaseSeconds: number
}

/** A machine's NIC that is known. */
export interface Reservation {
  readonly nodeUuid: string
  readonly mac: MacAddress
  /** Letters, digits, hyphens and dots. */
  readonly hostName: string
  readonly addresses: readonly IpAddress[]
}

/** One each for IPv4 and IPv6, where there is one. */
export type PerFamily<T> = Readonly<Partial<Record<Family, T>>>

/** All that the configuration of a DHCP server is made from, whichever server. */
export interface NetworkPlan {
  /** What iPXE is to run. */
  readonly scriptUrls: PerFamily<string>
  /** Where firmware without iPXE gets one by TFTP. dnsmasq does with none: it is its own. */
  readonly tftpServers: PerFamily<IpAddress>
  /** The DHCP host's own IPv6 address on each interface that has one in its subnet: relays send to it. */
  readonly ownAddresses6?: Readonly<Record<string, IpAddress>>
  /** The folder that dnsmasq's own TFTP server gives out; undefined: another server does it. */
  readonly tftpRoot?: string
  /** Where firmware that boots by HTTP gets an iPXE, without a slash at its end. */
  readonly httpFolders: PerFamily<string>
  /** Where machines log to by syslog. IPv4 alone: DHCPv6 has no option for it. */
  readonly logServer?: IpAddress
  readonly loaders: Readonly<Record<Loader, string>>
  readonly subnets: readonly Subnet[]
  readonly reservations: readonly Reservation[]
  /** Instead of reservations in the configuration itself: dnsmasq's folder of them, one file a node. */
  readonly hostsFolder?: string
  /** Kea's control socket. */
  readonly controlSocket?: string
  /** Where leases are kept. Default: the server's own. */
  readonly leaseFile?: string
  /** Lines for the header: what was made from what. */
  readonly origin: readonly string[]
}

export function subnetsOf(plan: NetworkPlan, family: Family): Subnet[] {
  return plan.subnets.filter(({ network }) => network.family === family)
}

/** Relays by whose addresses nobody can tell that they are in this subnet. */
export function relaysOutside({ network, relays }: Subnet): IpAddress[] {
  return relays.filter((relay) => !contains(network, relay))
}

/** Subnets by the wire they lie on, in order; a subnet without a shared network is alone on its own. */
export function wiresOf(subnets: readonly Subnet[]): { name?: string; subnets: readonly Subnet[] }[] {
  const wires: { name?: string; subnets: Subnet[] }[] = []
  for (const subnet of subnets) {
    const { sharedNetwork: name } = subnet
    const wire = name === undefined ? undefined : wires.find((known) => known.name === name)
    if (wire) wire.subnets.push(subnet)
    else wires.push({ ...(name === undefined ? {} : { name }), subnets: [subnet] })
  }
  return wires
}

/** Interfaces that a server listens on, sorted; undefined: all, since some subnet does not name its own. */
export function interfacesOf(subnets: readonly Subnet[]): string[] | undefined {
  const names = new Set<string>()
  for (const { interface: name } of subnets) {
    if (name === undefined) return undefined
    names.add(name)
  }
  return names.size === 0 ? undefined : [...names].sort()
}
