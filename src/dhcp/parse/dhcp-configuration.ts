/** Where something stands. */
export interface DhcpPlace {
  file: string
  /** From 1. */
  line: number
}

/** What a server tells machines to boot. */
export interface DhcpBootFile extends DhcpPlace {
  /** A URL, or a file's name for TFTP. */
  value: string
  /** Who gets it: only machines that run iPXE already, only others, or both; `unknown`: that can't be told. */
  ipxe: 'only' | 'never' | 'either' | 'unknown'
}

/** What the server knows of one NIC before it asks. */
export interface DhcpReservation extends DhcpPlace {
  /** As the file has it. */
  address: string
}

/** The part of a DHCP server's configuration that decides what boots. */
export interface DhcpConfiguration {
  server: 'dnsmasq' | 'kea' | 'isc'
  bootFiles: DhcpBootFile[]
  reservations: DhcpReservation[]
  /** Where a machine fits several: the first one counts, or the one with more conditions; `settled`: nobody fits several. */
  precedence: 'first' | 'conditions' | 'settled'
  /** Only machines with a reservation get an answer. */
  knownOnly: boolean
  /** What the server would not take, or what can't be read. */
  problems: (DhcpPlace & { message: string })[]
  /** What is right, and not understood here: nothing may be concluded from it. */
  notJudged: (DhcpPlace & { message: string })[]
}

export const isMac = (text: string): boolean => /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i.test(text)
