import { BootringError } from '../model/errors.ts'
import { isHostAddress } from './parse-value.ts'
import { showValue } from './problem.ts'

/** Where the bootring conductor on some host is called. */
export interface CalledAddress {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string
  /** `[bootring]rpc_port` where there is none. */
  readonly port?: number
}

/**
 * Reads `[bootring]conductor_addresses`: by the name under which a conductor is registered, port included where Ironic puts one
 * there (`cond-1:8099=192.0.2.11:8190`, `[2001:db8::1]:8099=[2001:db8::2]`). Throws `ConfigInvalid` for what `checkConductorAddresses` does not pass.
 */
export function parseConductorAddresses(items: readonly string[]): ReadonlyMap<string, CalledAddress> {
  const expected = checkConductorAddresses(items)
  if (expected !== undefined)
    throw new BootringError('ConfigInvalid', `[bootring]conductor_addresses: expected ${expected}`)
  return new Map(items.map(parseItem).filter((item) => item !== undefined))
}

/** What is wrong, to be read after "expected". */
export function checkConductorAddresses(items: readonly string[]): string | undefined {
  const names = new Set<string>()
  for (const item of items) {
    const name = parseItem(item)?.[0]
    if (name === undefined)
      return `<name>=<host> or <name>=<host>:<port> (IPv6 with a port in brackets), not ${showValue(item)}`
    if (names.has(name)) return `each name once, but ${name} is there twice`
    names.add(name)
  }
  return undefined
}

/** Names are opaque to Ironic and may hold an equals sign; addresses can't. */
function parseItem(item: string): readonly [name: string, address: CalledAddress] | undefined {
  const equals = item.lastIndexOf('=')
  const name = item.slice(0, Math.max(equals, 0)).trim()
  const address = parseAddress(item.slice(equals + 1).trim())
  return name === '' || address === undefined ? undefined : [name, address]
}

function parseAddress(text: string): CalledAddress | undefined {
  const inBrackets = /^\[([^\]]*:[^\]]*)\](?::(\d{1,5}))?$/.exec(text)
  // A bare IPv6 address can have no port: its last colon is its own.
  const match = inBrackets ?? /^([^:[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? /^([^[\]]*:[^[\]]*)()$/.exec(text)
  const host = match?.[1]
  if (host === undefined || !isHostAddress(host)) return undefined
  if (!match?.[2]) return { host }
  const port = Number(match[2])
  return port >= 1 && port <= 65_535 ? { host, port } : undefined
}
