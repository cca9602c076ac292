import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { AddressShares } from './address-shares.ts'

export interface ConnectionLimits {
  /** When there are more, the one that has been idle longest ends. */
  maxConnections: number
  /** Further ones of the same address are closed at once. */
  maxConnectionsPerAddress: number
  /** Addresses that stand for many clients. Default: none. */
  isExempt?(address: string): boolean
}

/** A connection, as those see it who answer what comes over it. */
export interface HeldConnection {
  /** Requests that are being answered. */
  requests: number
  /** Something came over it since it was last looked at. */
  used: boolean
}

/**
 * A server's connections. Idle ones give way to new ones, so that holding connections keeps nobody out. Which is
 * idle longest is found as page caches do it: a request only sets a mark, and whoever is looked at with the mark loses it and
 * is spared until the next round. So requests pay nothing for it.
 */
export class ConnectionTable {
  readonly #limits: ConnectionLimits
  readonly #held = new Map<Socket, HeldConnection>()
  readonly #shares: AddressShares

  constructor(limits: ConnectionLimits) {
    const { isExempt, maxConnectionsPerAddress: most } = limits
    this.#limits = limits
    this.#shares = new AddressShares({ most, isExempt })
  }

  get size(): number {
    return this.#held.size
  }

  /** undefined: there is no place for it, and it has been closed. */
  hold(socket: Socket): HeldConnection | undefined {
    // Without an address it has gone again already.
    const giveBack = socket.remoteAddress === undefined ? undefined : this.#shares.take(socket.remoteAddress)
    const isFull = this.#held.size >= this.#limits.maxConnections
    if (giveBack === undefined || (isFull && !this.#endLongestIdle())) {
      giveBack?.()
      socket.destroy()
      return undefined
    }
    const connection: HeldConnection = { requests: 0, used: false }
    this.#held.set(socket, connection)
    socket.once('close', () => {
      this.#held.delete(socket)
      giveBack()
    })
    return connection
  }

  /** Of a connection that is held. */
  of(socket: Socket): HeldConnection | undefined {
    return this.#held.get(socket)
  }

  #endLongestIdle(): boolean {
    // Twice round: the first may only take marks away.
    let looks = 2 * this.#held.size
    for (const [socket, connection] of this.#held) {
      if (looks === 0) return false
      looks -= 1
      this.#held.delete(socket)
      if (connection.requests === 0 && !connection.used) {
        socket.destroy()
        return true
      }
      connection.used = false
      this.#held.set(socket, connection)
    }
    return false
  }
}

/** Has a server hold its connections in a table, and mark there what its own requests do. Call it before the server listens. */
export function holdConnections(server: Server, table: ConnectionTable): void {
  const own = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket) => {
    if (table.hold(socket) !== undefined) for (const listener of own) listener.call(server, socket)
  })
  markRequests(server, table)
}

/** Marks connections as busy while Node's own requests on them are answered. */
export function markRequests(server: Server, table: ConnectionTable): void {
  server.prependListener('request', (request, response) => {
    const held = table.of(request.socket)
    if (held === undefined) return
    held.used = true
    held.requests += 1
    response.once('close', () => {
      held.requests -= 1
    })
  })
}
