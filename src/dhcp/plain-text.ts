import { isIPv4, isIPv6 } from 'node:net'
import type { Family } from './ip-address.ts'

/*
 * What may stand in a configuration. The three servers quote differently, or not at all (dnsmasq splits a line at commas
 * before it looks for quotes in some options); so what would need quoting is refused, in all of them alike.
 */

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** Letters, digits, hyphens and dots (RFC 1123): the same in each server's configuration, quoted or not. */
export function isHostName(text: string): boolean {
  // dnsmasq reads digits alone as a lease time.
  return text.length <= 253 && text.split('.').every((part) => label.test(part)) && /[a-z]/i.test(text)
}

/** The name of a node as a host name, or else its UUID: whoever names nodes writes no configuration. */
export function hostNameOf(node: { uuid: string; name: string | null }): string {
  const { name } = node
  return name !== null && isHostName(name) && !looksLikeOtherValue(name) ? name : node.uuid
}

/** dnsmasq tells the values of a line apart by their looks alone: 10.0.0.1 is an address, `1h` and `infinite` lease times, `ignore` an order. */
function looksLikeOtherValue(name: string): boolean {
  return (
    isIPv4(name) || isIPv6(name) || /^(?:\d+[smhdw]?|infinite|ignore|[0-9a-f]{1,2}(?:-[0-9a-f]{1,2})+)$/i.test(name)
  )
}

/** Linux allows more, and nobody uses it. `*`, which is dnsmasq's wild card, is not among it. */
export const isInterface = (text: string): boolean => /^[a-z][a-z0-9_.-]{0,14}$/i.test(text)

export const isWord = (text: string): boolean => /^[a-z][a-z0-9_-]{0,63}$/i.test(text)

/** An absolute path, of characters that no server takes for anything else. */
export const isPlainPath = (text: string): boolean => /^\/[\w./+@=-]*$/.test(text)

/** A name of a file that is fetched: no folder above, at most what DHCP's field of 128 bytes holds. */
export const isFileName = (text: string): boolean =>
  /^[\w.+-]+(?:\/[\w.+-]+)*$/.test(text) && !text.split('/').includes('..') && text.length <= 127

/** DHCPv4's boot file is a field of 128 bytes, with a zero at its end. */
export const longestUrl = 127

/** What is wrong with a URL that DHCP shall hand out; undefined: nothing. */
export function urlProblem(text: string, schemes: readonly string[] = ['http:', 'https:']): string | undefined {
  const url = URL.parse(text)
  if (url === null || !schemes.includes(url.protocol) || url.hostname === '')
    return `is no URL such as ${schemes[0]}//192.0.2.5/boot.ipxe`
  const odd = /[^\w.:/?&=+@%~[\]-]/.exec(text)?.[0]
  if (odd !== undefined) return `holds ${JSON.stringify(odd)}: write it as %${hex(odd)}`
  if (text.length > longestUrl) return `is longer than the ${longestUrl} characters that DHCP has room for`
  return undefined
}

/** The family of a URL's host, where that is an address. */
export function urlFamily(text: string): Family | undefined {
  const host = URL.parse(text)?.hostname ?? ''
  if (isIPv4(host)) return 4
  return isIPv6(host.replace(/^\[(.*)\]$/, '$1')) ? 6 : undefined
}

const hex = (character: string): string =>
  [...Buffer.from(character)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('%')
