import { AllowedNetworks } from './boot/allowed-networks.ts'

/**
 * Whether a client's address is one that stands for many: `[bootring]proxy_networks`, and loopback, where proxies on the
 * same host come from.
 */
export function proxies(networks: readonly string[]): (address: string) => boolean {
  const all = new AllowedNetworks(['127.0.0.0/8', '::1/128', ...networks])
  return (address) => all.allows(address)
}
