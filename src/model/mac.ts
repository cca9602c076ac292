/** A MAC address in the form Ironic stores: lower case, colons, e.g. `52:54:00:12:34:56`. */
export type MacAddress = string & { readonly __mac: unique symbol }

const withColons = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i
const withHyphens = /^[0-9a-f]{2}(?:-[0-9a-f]{2}){5}$/i

/** Parses `:`- or `-`-separated MACs in any case; anything else is `undefined`. */
export function parseMac(text: string): MacAddress | undefined {
  if (!withColons.test(text) && !withHyphens.test(text)) return undefined
  return text.toLowerCase().replaceAll('-', ':') as MacAddress
}

const guid =
  /^([0-9a-f]{2}([:-])[0-9a-f]{2}\2[0-9a-f]{2})\2[0-9a-f]{2}\2[0-9a-f]{2}(\2[0-9a-f]{2}\2[0-9a-f]{2}\2[0-9a-f]{2})$/i

/**
 * What a machine calls its NIC: the MAC or, for InfiniBand, its GUID, which is what iPXE's `${hwaddr}` is there. The MAC of such a port is the
 * GUID without the two bytes in its middle, by Ironic's convention and for iPXE's `${mac}`.
 */
export function parseNicAddress(text: string): MacAddress | undefined {
  const mac = parseMac(text)
  if (mac !== undefined) return mac
  const parts = guid.exec(text)
  return parts === null ? undefined : parseMac(`${parts[1]}${parts[3]}`)
}

/** The form that iPXE's `${mac:hexhyp}` produces and that file names use: `52-54-00-12-34-56`. */
export function hyphenated(mac: MacAddress): string {
  return mac.replaceAll(':', '-')
}
