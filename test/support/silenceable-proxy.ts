import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that can stop to pass anything on, as a network that drops every packet does. */
export interface SilenceableProxy extends AsyncDisposable {
  readonly port: number
  /** Connections accepted so far. */
  readonly accepted: number
  silent: boolean
  /** Where connections lead that are made from now on. */
  targetPort: number
  /** Those that are open now carry nothing any more, as if their other end had lost its power; new ones do. */
  silenceOpenConnections(): void
}

/** Listens on a free port of 127.0.0.1 and passes everything to `targetPort` there. */
export async function startSilenceableProxy(targetPort: number): Promise<SilenceableProxy> {
  const sockets = new Set<Socket>()
  let silenced = new WeakSet<Socket>()
  const proxy = {
    port: 0,
    accepted: 0,
    silent: false,
    targetPort,
    silenceOpenConnections() {
      silenced = new WeakSet(sockets)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.on('data', (bytes) => {
      if (!proxy.silent && !silenced.has(from)) to.write(bytes)
    })
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    from.on('error', () => to.destroy())
  }
  const server = createServer((client) => {
    proxy.accepted += 1
    const target = connect(proxy.targetPort, '127.0.0.1')
    pass(client, target)
    pass(target, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  proxy.port = address.port
  return proxy
}
