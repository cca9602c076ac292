import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { type ConnectionTable, markRequests } from './connection-table.ts'
import { PlainConnection, type PlainExchange } from './plain-connection.ts'
import type { PlainRequest } from './plain-request.ts'

export interface PlainFrontOptions {
  /** Whether a request is to be handed to `handle`; all others are the server's. */
  takes(request: PlainRequest): boolean
  handle(exchange: PlainExchange): void
  /** Where the server's connections are held, these and its own. */
  table: ConnectionTable
}

/** The connections before a server that carry plain requests. */
export interface PlainFront {
  /** Ends the idle ones, and each other one after its answer. The server's own connections are not touched. */
  drain(): void
  /** Cuts all of them. */
  closeAll(): void
}

/**
 * Puts a short way before an HTTP server: connections whose requests are plain never reach it. The server's limits and
 * time-outs hold for them as well. Call it before the server listens.
 */
export function putPlainFront(server: Server, { handle, table, takes }: PlainFrontOptions): PlainFront {
  const connections = new Set<PlainConnection>()
  let draining = false
  const own = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  const parts = {
    takes,
    handle,
    handOver(socket: Socket, received: Buffer) {
      // Node's own way to give a server a connection that someone else has read from.
      socket.pause()
      socket.unshift(received)
      for (const listener of own) listener.call(server, socket)
      socket.resume()
    },
    onSilence(socket: Socket) {
      const error = Object.assign(new Error('no request came'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
      if (!server.emit('clientError', error, socket)) socket.destroy()
    },
    headersTimeoutMilliseconds: server.headersTimeout,
    keepAliveTimeoutMilliseconds: server.keepAliveTimeout,
  }
  markRequests(server, table)
  server.on('connection', (socket) => {
    const held = table.hold(socket)
    if (held === undefined) return
    const connection = new PlainConnection(socket, held, {
      ...parts,
      handOver(given, received) {
        connections.delete(connection)
        parts.handOver(given, received)
      },
    })
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
    if (draining) connection.drain()
  })
  return {
    drain() {
      draining = true
      for (const connection of connections) connection.drain()
    },
    closeAll() {
      for (const connection of connections) connection.destroy()
    },
  }
}
