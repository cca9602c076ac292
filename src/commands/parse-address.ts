import { InvalidArgumentError } from 'commander'
import ipaddr from 'ipaddr.js'

/** An IP address as the API writes that of a client: an IPv4 one in IPv6's clothes is that IPv4 one. */
export function parseAddress(text: string): string {
  if (!ipaddr.isValid(text)) throw new InvalidArgumentError('Expected an IP address.')
  return ipaddr.process(text).toString()
}
