import { fileURLToPath } from 'node:url'
import type { DatabaseServer } from '../../support/database-server.ts'
import { missingForMariadb, startMariadb } from '../../support/mariadb-server.ts'
import { missingForPostgresql, startPostgresql } from '../../support/postgresql-server.ts'
import type { IronicHost } from './ironic-host.ts'

export type IronicDatabase = 'mariadb' | 'postgresql' | 'sqlite'

export const databaseServers: Record<
  Exclude<IronicDatabase, 'sqlite'>,
  { missing(): string | undefined; start(): Promise<DatabaseServer> }
> = {
  mariadb: { missing: missingForMariadb, start: startMariadb },
  postgresql: { missing: missingForPostgresql, start: startPostgresql },
}

/** A database that one installation has to itself. */
export interface OwnDatabase {
  url: string
  stop(): Promise<void>
}

/** Starts a server on loopback, with an empty database. */
export async function startOnLoopback(database: Exclude<IronicDatabase, 'sqlite'>): Promise<OwnDatabase> {
  const server = await databaseServers[database].start()
  await server.createDatabase('ironic')
  return { url: server.url('ironic'), stop: () => server.stop() }
}

const inside = fileURLToPath(new URL('inside/database.ts', import.meta.url))

/** Starts a server on a host of the lab, where the others can reach it. */
export async function startOnHost(database: Exclude<IronicDatabase, 'sqlite'>, host: IronicHost): Promise<OwnDatabase> {
  const started = host.spawn([process.execPath, inside, database, host.ip])
  const url = await started.until("the database's URL", (output) => /^url (.*)\n/m.exec(output)?.[1], 90)
  return {
    url,
    async stop() {
      started.write('stop\n')
      await started.exited
    },
  }
}
