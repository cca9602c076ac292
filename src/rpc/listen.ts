import type { AddressInfo, Server } from 'node:net'

/** Where a server listens. */
export interface ListenAddress {
  host: string
  port: number
}

/**
 * Starts listening; port 0 takes any free one. Gives the real address. On a machine without IPv6, `::` means all of
 * IPv4. Rejects with the system's error (EADDRINUSE, EACCES, …).
 */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  try {
    return await listenOnce(server, host, port)
  } catch (error) {
    if (host !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error
    return await listenOnce(server, '0.0.0.0', port)
  }
}

function listenOnce(server: Server, host: string, port: number): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      const bound = server.address() as AddressInfo
      resolve({ host: bound.address, port: bound.port })
    })
  })
}
