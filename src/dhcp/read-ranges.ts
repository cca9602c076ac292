import { type AddressReader, quoted } from './address-reader.ts'
import { type IpAddress, type Network, showIp } from './ip-address.ts'
import type { AddressRange } from './network-plan.ts'
import type { SubnetFields } from './subnet-fields.ts'

interface Taken {
  router: IpAddress | undefined
  relays: readonly IpAddress[]
}

/** The addresses to give out. What is wrong is reported. */
export function readRanges({ range, raOnly }: SubnetFields, reader: AddressReader, taken: Taken): AddressRange[] {
  if (range?.length === 1 && range[0] === 'none') return []
  if (raOnly) {
    if (range !== undefined) reader.wrong('range', 'no addresses are given out where machines make their own')
    return []
  }
  if (range === undefined) return defaultRanges(reader.network, taken)
  const ranges = range.flatMap((text) => readRange(text, reader) ?? [])
  for (const [index, one] of ranges.entries()) {
    if (
      ranges.slice(0, index).some((other) => one.first.value <= other.last.value && other.first.value <= one.last.value)
    )
      reader.wrong('range', `${showRange(one)} overlaps with another range`)
    const address = [taken.router, ...taken.relays].find((ip) => ip !== undefined && isIn(one, ip))
    if (address) reader.wrong('range', `${showRange(one)} holds ${showIp(address)}, which is the router's or a relay's`)
  }
  return ranges
}

function readRange(text: string, reader: AddressReader): AddressRange | undefined {
  const [from, to, more] = text.split('-')
  if (from === undefined || to === undefined || more !== undefined) {
    reader.wrong('range', `${quoted(text)} is no range such as ${exampleRange(reader.network)}, or none`)
    return undefined
  }
  const first = reader.member('range', from.trim())
  const last = reader.member('range', to.trim())
  if (first === undefined || last === undefined) return undefined
  if (first.value <= last.value) return { first, last }
  reader.wrong('range', `${showIp(first)} comes after ${showIp(last)}`)
  return undefined
}

/** Not so many that a server keeps lists of them, and none of those at the beginning, where people put their servers. */
const mostDefaultAddresses = 0x1_0000n

/** The upper half, without broadcast, router and relays. IPv6: the second 65,536 addresses. */
function defaultRanges(network: Network, { router, relays }: Taken): AddressRange[] {
  const { family, first, last } = network
  const size = last - first + 1n
  if (size < 4n) return []
  const start = size > 2n * mostDefaultAddresses ? first + mostDefaultAddresses : first + size / 2n
  const top = family === 4 ? last - 1n : last
  const end = start + mostDefaultAddresses - 1n < top ? start + mostDefaultAddresses - 1n : top
  let ranges: AddressRange[] = [{ first: { family, value: start }, last: { family, value: end } }]
  for (const ip of [router, ...relays]) if (ip) ranges = ranges.flatMap((range) => without(range, ip))
  return ranges
}

function without(range: AddressRange, ip: IpAddress): AddressRange[] {
  if (!isIn(range, ip)) return [range]
  const { family, value } = ip
  const parts = [
    { first: range.first, last: { family, value: value - 1n } },
    { first: { family, value: value + 1n }, last: range.last },
  ]
  return parts.filter(({ first, last }) => first.value <= last.value)
}

const isIn = ({ first, last }: AddressRange, { family, value }: IpAddress): boolean =>
  family === first.family && value >= first.value && value <= last.value

export const showRange = ({ first, last }: AddressRange): string => `${showIp(first)}-${showIp(last)}`

const exampleRange = ({ family }: Network): string =>
  family === 4 ? '192.0.2.100-192.0.2.200' : '2001:db8::1:0-2001:db8::1:ffff'
