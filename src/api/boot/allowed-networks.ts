import ipaddr from 'ipaddr.js'

type Network = ReturnType<typeof ipaddr.parseCIDR>

/** Clients whose answer is remembered; a fleet's worth. */
const cacheSize = 8192

/**
 * The networks whose clients /v1/boot answers. An IPv4 client of an IPv6 socket (`::ffff:192.0.2.1`) counts as IPv4.
 * Where all networks are allowed, no address is looked at.
 */
export class AllowedNetworks {
  readonly #networks: readonly Network[]
  readonly #known = new Map<string, boolean>()
  /** Every client is allowed. */
  readonly everywhere: boolean

  /** `networks` in CIDR notation, e.g. `192.0.2.0/24`, `2001:db8::/32`. Throws on anything else. */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map((network) => ipaddr.parseCIDR(network.trim()))
    const kindsOpen = new Set(
      this.#networks.filter(([, prefixLength]) => prefixLength === 0).map(([address]) => address.kind()),
    )
    this.everywhere = kindsOpen.has('ipv4') && kindsOpen.has('ipv6')
  }

  /** `remoteAddress` as a socket has it; undefined when the client is gone already. */
  allows(remoteAddress: string | undefined): boolean {
    if (this.everywhere) return true
    if (remoteAddress === undefined) return false
    const known = this.#known.get(remoteAddress)
    if (known !== undefined) return known
    const allowed = this.#contains(remoteAddress)
    if (this.#known.size >= cacheSize) this.#known.clear()
    this.#known.set(remoteAddress, allowed)
    return allowed
  }

  #contains(text: string): boolean {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    return this.#networks.some(([network, prefixLength]) => {
      // ipaddr.js throws on comparing the two kinds.
      return network.kind() === address.kind() && address.match(network, prefixLength)
    })
  }
}
