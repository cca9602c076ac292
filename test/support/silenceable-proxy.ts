import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that can stop to pass anything on, as a network that drops every packet does. */
export interface SilenceableProxy extends AsyncDisposable {
  readonly port: number
  silent: boolean
}

/** Listens on a free port of 127.0.0.1 and passes everything to `targetPort` there. */
export async function startSilenceableProxy(targetPort: number): Promise<SilenceableProxy> {
  const sockets = new Set<Socket>()
  const proxy = {
    port: 0,
    silent: false,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.on('data', (bytes) => {
      if (!proxy.silent) to.write(bytes)
    })
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    from.on('error', () => to.destroy())
  }
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    pass(client, target)
    pass(target, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  proxy.port = address.port
  return proxy
}
