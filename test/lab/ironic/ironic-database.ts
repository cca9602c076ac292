import type { DatabaseServer } from '../../support/database-server.ts'
import { missingForMariadb, startMariadb } from '../../support/mariadb-server.ts'
import { missingForPostgresql, startPostgresql } from '../../support/postgresql-server.ts'

export type IronicDatabase = 'mariadb' | 'postgresql' | 'sqlite'

export const databaseServers: Record<
  Exclude<IronicDatabase, 'sqlite'>,
  { missing(): string | undefined; start(): Promise<DatabaseServer> }
> = {
  mariadb: { missing: missingForMariadb, start: startMariadb },
  postgresql: { missing: missingForPostgresql, start: startPostgresql },
}
