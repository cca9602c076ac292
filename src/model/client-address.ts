import ipaddr from 'ipaddr.js'

/** A client's address as people write it: one of IPv4 that has come over a socket of IPv6 (`::ffff:192.0.2.1`) as IPv4. */
export function clientAddress(remoteAddress: string | undefined): string | null {
  if (remoteAddress === undefined) return null
  return remoteAddress.startsWith('::ffff:') && remoteAddress.includes('.') ? remoteAddress.slice(7) : remoteAddress
}

/** An address as somebody has typed it, in the form in which sockets and events have it; undefined for anything else. */
export function parseClientAddress(text: string): string | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined
  return ipaddr.process(text).toString()
}
