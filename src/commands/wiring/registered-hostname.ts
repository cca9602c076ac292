import ipaddr from 'ipaddr.js'

/** Where conductors listen unless their name says otherwise. Source: Ironic's `[json_rpc]port`. */
const usualRpcPort = 8089

/**
 * The name that a conductor registers under, which goes into the ring as it is: its host, with the port where that is
 * not the usual one, as Ironic has done since 23.0. A host that carries a port already stays as it is.
 */
export function registeredHostname(host: string, rpcPort: number): string {
  const carriesPort = /^(\[[0-9a-f:.]+\]|[^:]+):\d+$/i.test(host)
  if (carriesPort || rpcPort === usualRpcPort) return host
  return ipaddr.IPv6.isValid(host) ? `[${host}]:${rpcPort}` : `${host}:${rpcPort}`
}
