/** A URL as iPXE takes it apart (src/core/uri.c). */
export interface IpxeUrl {
  text: string
  scheme: string
  /** Without the brackets of an IPv6 address. */
  host: string
  port: number
  /** The Host header's value. */
  hostHeader: string
  /** What the request line has: path and query. */
  target: string
}

/** Takes a URL apart, a relative one as seen from `base`; undefined when it names no host. */
export function parseIpxeUrl(text: string, base?: IpxeUrl): IpxeUrl | undefined {
  const absolute = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)([^#]*)/i.exec(text)
  if (!absolute) {
    // What has a colon anywhere counts as absolute, and what stands before it as a scheme that there is not.
    if (text.replace(/#.*/, '').includes(':')) return undefined
    return base && parseIpxeUrl(new URL(text, base.text).href)
  }
  const [, scheme = '', authority = '', rest = ''] = absolute
  const hostHeader = authority.slice(authority.indexOf('@') + 1)
  const port = /:(\d*)$/.exec(hostHeader.replace(/^\[[^\]]*\]/, ''))
  const host = (port ? hostHeader.slice(0, -port[0].length) : hostHeader).replace(/^\[(.*)\]$/, '$1')
  const query = rest.indexOf('?')
  const path = query < 0 ? rest : rest.slice(0, query)
  return {
    text,
    scheme: scheme.toLowerCase(),
    host,
    port: port?.[1] ? Number(port[1]) : 80,
    hostHeader,
    target: encoded(path || '/') + (query < 0 ? '' : `?${encoded(rest.slice(query + 1))}`),
  }
}

/** iPXE decodes and encodes again: a colon that was none in the script becomes %3A. */
function encoded(part: string): string {
  if (/^[\w/.~!$&'()*+,;=-]*$/.test(part)) return part
  const bytes = Buffer.from(part.replaceAll(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number(`0x${hex}`))))
  let out = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    out +=
      byte <= 0x20 || byte >= 0x7f || '%#:@?'.includes(character)
        ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : character
  }
  return out
}
