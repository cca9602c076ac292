import ipaddr from 'ipaddr.js'

export type Family = 4 | 6

/** An address as a number, so that ranges can be compared and counted through. */
export interface IpAddress {
  readonly family: Family
  readonly value: bigint
}

export interface Network {
  readonly family: Family
  readonly prefixLength: number
  /** The lowest and the highest address of the network. */
  readonly first: bigint
  readonly last: bigint
}

/** In full: neither `10.1` nor a zone, which servers read differently or not at all. */
export function parseIp(text: string): IpAddress | undefined {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split('.')
    // A leading zero is octal to some and decimal to others.
    if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return undefined
    return { family: 4, value: number(parts.map(Number)) }
  }
  if (!/^[0-9a-f:.]+$/i.test(text) || !ipaddr.IPv6.isValid(text)) return undefined
  return { family: 6, value: number(ipaddr.IPv6.parse(text).toByteArray()) }
}

/** In the usual short form. */
export function showIp({ family, value }: IpAddress): string {
  const bytes = bytesOf(value, family)
  return family === 4 ? bytes.join('.') : ipaddr.fromByteArray(bytes).toString()
}

/** `192.0.2.0/24` with no bits of a host in it; else undefined. */
export function parseNetwork(text: string): Network | undefined {
  const [address, length, more] = text.split('/')
  const ip = parseIp(address ?? '')
  if (ip === undefined || more !== undefined || !/^(?:0|[1-9]\d{0,2})$/.test(length ?? '')) return undefined
  const prefixLength = Number(length)
  const bits = bitsOf(ip.family)
  if (prefixLength > bits) return undefined
  const hosts = (1n << BigInt(bits - prefixLength)) - 1n
  if ((ip.value & hosts) !== 0n) return undefined
  return { family: ip.family, prefixLength, first: ip.value, last: ip.value | hosts }
}

export function showNetwork({ family, first, prefixLength }: Network): string {
  return `${showIp({ family, value: first })}/${prefixLength}`
}

export function contains(network: Network, { family, value }: IpAddress): boolean {
  return family === network.family && value >= network.first && value <= network.last
}

/** `255.255.255.0`; IPv4 alone has such masks. */
export function netmask({ prefixLength }: Network): string {
  return showIp({ family: 4, value: 0xffff_ffffn ^ ((1n << BigInt(32 - prefixLength)) - 1n) })
}

const bitsOf = (family: Family): number => (family === 4 ? 32 : 128)

const number = (bytes: readonly number[]): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)

function bytesOf(value: bigint, family: Family): number[] {
  return Array.from({ length: bitsOf(family) / 8 }, (_, index) =>
    Number((value >> BigInt(bitsOf(family) - 8 - 8 * index)) & 0xffn),
  )
}
