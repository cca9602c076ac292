import type { Client, Pool, PoolClient } from 'pg'

/** Knows which connections of a pool nobody uses at present. */
export class IdlePostgresqlClients {
  readonly #idle = new Set<PoolClient>()

  constructor(pool: Pool) {
    pool.on('release', (_error, client) => this.#idle.add(client))
    pool.on('acquire', (client) => this.#idle.delete(client))
    pool.on('remove', (client) => this.#idle.delete(client))
  }

  /** Breaks them off at once, without the farewell that a server which has fallen silent would never take: the pool makes new ones. */
  discard(): void {
    for (const client of this.#idle) (client as unknown as Client).connection.stream.destroy()
    this.#idle.clear()
  }
}
