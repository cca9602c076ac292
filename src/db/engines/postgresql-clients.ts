import type { Client, Pool, PoolClient } from 'pg'

/** Knows the connections of a pool, so that those can be broken off which lead nowhere any more. */
export class PostgresqlClients {
  readonly #open = new Set<PoolClient>()
  readonly #idle = new Set<PoolClient>()

  constructor(pool: Pool) {
    pool.on('connect', (client) => {
      this.#open.add(client)
      client.on('end', () => this.#open.delete(client))
    })
    pool.on('release', (_error, client) => this.#idle.add(client))
    pool.on('acquire', (client) => this.#idle.delete(client))
    pool.on('remove', (client) => this.#idle.delete(client))
  }

  /** Breaks off those that nobody uses at present: the pool makes new ones. */
  discardIdle(): void {
    for (const client of [...this.#idle]) {
      this.#idle.delete(client)
      // The pool drops one that reports an error before anybody else can be given it.
      client.emit('error', new Error('given up with others that lead to the same server'))
      breakOff(client)
    }
  }

  discardAll(): void {
    for (const client of this.#open) breakOff(client)
  }
}

/** Without the farewell, which a server that has fallen silent would never take. */
function breakOff(client: PoolClient): void {
  const { connection } = client as unknown as Client
  connection.stream.destroy()
}
