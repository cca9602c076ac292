import { isIPv6 } from 'node:net'

/** Where a conductor is called. */
export interface ConductorAddress {
  /** A name or an address; IPv6 without brackets. */
  host: string
  port: number
}

const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/
const plain = /^([\p{L}\p{N}._-]+)(?::(\d{1,5}))?$/u

/**
 * Reads a conductor's registered host name: `name`, `name:port`, `[v6]`, `[v6]:port`, or a bare IPv6 address.
 * undefined when it is none of these.
 */
export function parseConductorHostname(hostname: string, defaultPort: number): ConductorAddress | undefined {
  if (isIPv6(hostname) && !hostname.includes('%')) return { host: hostname, port: defaultPort }
  const inBrackets = bracketed.exec(hostname)
  const match = inBrackets ?? plain.exec(hostname)
  const host = match?.[1]
  if (match === null || host === undefined) return undefined
  if (inBrackets !== null && (!isIPv6(host) || host.includes('%'))) return undefined
  const port = match[2] === undefined ? defaultPort : Number(match[2])
  if (port < 1 || port > 65535) return undefined
  return { host, port }
}

/** The address as it stands in a URL. */
export function originOf({ host, port }: ConductorAddress, scheme: 'http' | 'https'): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
