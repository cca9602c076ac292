import type { JsonObject, NodeWithPorts } from '../model/node.ts'
import { contains, type IpAddress, parseIp, showIp } from './ip-address.ts'
import type { Reservation, Subnet } from './network-plan.ts'
import { hostNameOf } from './plain-text.ts'

export type ReservedNode = Pick<NodeWithPorts, 'uuid' | 'name' | 'extra' | 'driverInfo'> & {
  ports: readonly Pick<NodeWithPorts['ports'][number], 'address' | 'pxeEnabled' | 'extra'>[]
}

/** Where an address may be noted down: in `extra` of a port, in `extra` of a node, in its `driver_info`. */
const keys = ['ip_address', 'ipv6_address'] as const

/** A server refuses the whole configuration where two machines have one address, or one lies outside its subnet. */
export class ReservationCollector {
  readonly #subnets: readonly Subnet[]
  readonly #reservations: Reservation[] = []
  readonly #notes: string[] = []
  readonly #owners = new Map<string, string>()

  /** Without subnets, addresses are taken wherever they lie. */
  constructor(subnets: readonly Subnet[]) {
    this.#subnets = subnets
    for (const { relays, router } of subnets)
      for (const ip of [router, ...relays]) if (ip) this.#owners.set(showIp(ip), 'a router or relay')
  }

  /** Nodes in the order of their age: the older one keeps an address that two name. */
  add(node: ReservedNode): void {
    const ofNode = this.#noted(node, node.extra, 'extra') ?? this.#noted(node, node.driverInfo, 'driver_info') ?? []
    // What is said of the node is meant for the NIC that it boots from.
    const first = node.ports.find(({ pxeEnabled }) => pxeEnabled) ?? node.ports[0]
    for (const port of node.ports) {
      const noted = this.#noted(node, port.extra, `extra of ${port.address}`) ?? (port === first ? ofNode : [])
      this.#reservations.push({
        nodeUuid: node.uuid,
        mac: port.address,
        hostName: hostNameOf(node),
        addresses: noted.filter((ip) => this.#claim(ip, node.uuid)),
      })
    }
  }

  /** In the order of their MACs, so that the same fleet gives the same text. */
  get reservations(): Reservation[] {
    return this.#reservations.toSorted((a, b) => (a.mac < b.mac ? -1 : 1))
  }

  /** Sentences on what could not be reserved. */
  get notes(): readonly string[] {
    return this.#notes
  }

  #noted({ uuid }: ReservedNode, values: JsonObject, where: string): IpAddress[] | undefined {
    const found: IpAddress[] = []
    for (const key of keys) {
      const value = values[key]
      if (value === undefined || value === null || value === '') continue
      const ip = typeof value === 'string' ? parseIp(value.split('/')[0] ?? '') : undefined
      if (ip === undefined) this.#notes.push(`node ${uuid}: ${key} in ${where} is no address`)
      else if (!found.some((other) => other.family === ip.family)) found.push(ip)
    }
    return found.length > 0 ? found : undefined
  }

  #claim(ip: IpAddress, uuid: string): boolean {
    const text = showIp(ip)
    const owner = this.#owners.get(text)
    if (owner !== undefined) {
      this.#notes.push(`node ${uuid}: ${text} is not reserved, as ${owner} has it`)
      return false
    }
    const subnet = this.#subnets.find(({ network }) => contains(network, ip))
    if (this.#subnets.length > 0 && (subnet === undefined || subnet.advertisedOnly || isEdge(ip, subnet))) {
      this.#notes.push(`node ${uuid}: ${text} is not reserved, as it is in none of the subnets`)
      return false
    }
    this.#owners.set(text, `node ${uuid}`)
    return true
  }
}

/** The addresses of the subnet as a whole. */
const isEdge = ({ family, value }: IpAddress, { network }: Subnet): boolean =>
  family === 4 && network.prefixLength < 31 && (value === network.first || value === network.last)
