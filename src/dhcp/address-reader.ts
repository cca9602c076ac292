import { contains, type IpAddress, type Network, parseIp, showIp, showNetwork } from './ip-address.ts'
import type { ReportField, SubnetField } from './subnet-fields.ts'

/** Reads addresses of one network's family. */
export class AddressReader {
  readonly network: Network
  readonly wrong: ReportField

  constructor(network: Network, wrong: ReportField) {
    this.network = network
    this.wrong = wrong
  }

  address(field: SubnetField, text: string): IpAddress | undefined {
    const ip = parseIp(text)
    if (ip?.family === this.network.family) return ip
    this.wrong(field, `${quoted(text)} is no IPv${this.network.family} address`)
    return undefined
  }

  /** An address in the network. */
  member(field: SubnetField, text: string): IpAddress | undefined {
    const ip = this.address(field, text)
    if (ip === undefined || contains(this.network, ip)) return ip
    this.wrong(field, `${showIp(ip)} is not in ${showNetwork(this.network)}`)
    return undefined
  }
}

/** For messages. */
export const quoted = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text)
