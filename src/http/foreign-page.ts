import { isIP } from 'node:net'

/*
 * A page of anybody's makes a browser on this host ask whatever listens here. What the browser says of it tells such requests
 * from all others.
 */

/** Header fields that browsers always send with what may change something. */
export interface BrowserFields {
  readonly host?: string | undefined
  readonly origin?: string | undefined
}

/** Whether a page of another site has a browser ask this. */
export function isOfForeignPage({ host, origin }: BrowserFields): boolean {
  return origin !== undefined && URL.parse(origin)?.host !== host
}

/**
 * Whether this is asked for by an address, as `localhost`, or by one of the names, which are in lower case. Anybody can give
 * an address of ours a name of theirs (DNS rebinding), and so have a browser here take us for a part of their site.
 */
export function isByNameOfOurs(host: string | undefined, names: ReadonlySet<string>): boolean {
  // Browsers always say it.
  if (host === undefined) return true
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$|\.$/g, '') ?? host
  return isIP(name) !== 0 || name === 'localhost' || names.has(name) || name.endsWith('.localhost')
}
