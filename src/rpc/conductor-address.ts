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

/** How conductors are found by the names under which they are registered. */
export interface AddressRules {
  /** For names that carry none. */
  readonly defaultPort: number
  /** Instead of whatever port a name carries: the conductor that is called is another one on the same host. */
  readonly portOfNeighbour?: number | undefined
  /** Where those conductors are whose names say it wrongly, or not at all: by the whole name, else by the name without its port. */
  readonly known?: ReadonlyMap<string, { readonly host: string; readonly port?: number }>
}

/** Where the conductor of this name is called; undefined where neither the name nor the rules say it. */
export function conductorAddress(hostname: string, rules: AddressRules): ConductorAddress | undefined {
  const { defaultPort, known, portOfNeighbour } = rules
  const named = parseConductorHostname(hostname, defaultPort)
  // An IPv6 address ends with what looks like a port. An opaque name may have one all the same.
  const withoutPort = named === undefined ? hostname.replace(/:\d+$/, '') : named.host
  const entry = known?.get(hostname) ?? known?.get(withoutPort)
  const host = entry?.host ?? named?.host
  if (host === undefined) return undefined
  return { host, port: entry?.port ?? portOfNeighbour ?? named?.port ?? defaultPort }
}

/** The address as people write it. */
export function showAddress({ host, port }: ConductorAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The address as it stands in a URL. */
export function originOf(address: ConductorAddress, scheme: 'http' | 'https'): string {
  return `${scheme}://${showAddress(address)}`
}
