/**
 * The network interface of the IPv4 default route, from the text of Linux's `/proc/net/route`; the one of the lowest metric, where
 * there are several.
 */
export function defaultRouteInterface(table: string): string | undefined {
  const routes = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]))
  return routes[0]?.[0]
}
