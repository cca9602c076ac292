import { ironicColumns } from '../../../src/db/ironic/ironic-tables.ts'
import type { DatabaseServer, StatementRecord } from '../../support/database-server.ts'
import { startMariadb } from '../../support/mariadb-server.ts'

/** A MariaDB for Ironic, and for bootring as a user of its own there. */
export interface AttachedDatabase {
  /** Of an empty database, for `IronicPlan.databaseUrl`. */
  readonly url: string
  /** For `AttachedPlan.databaseUrl`: a user who may read what bootring needs, and nothing else. */
  readonly readerUrl: string
  /** The name of that user, for the record of statements. */
  readonly reader: string
  /** Creates that user; when Ironic has made its tables. */
  grant(): Promise<void>
  recordStatements(): Promise<StatementRecord>
  stop(): Promise<void>
}

const reader = 'bootring'

export async function startAttachedDatabase(): Promise<AttachedDatabase> {
  const server: DatabaseServer = await startMariadb()
  await server.createDatabase('ironic')
  const url = server.url('ironic')
  return {
    url,
    readerUrl: url.replace(/\/\/[^:]+:[^@]+@/, `//${reader}:s%40cret@`),
    reader,
    async grant() {
      await server.administer(
        'ironic',
        `CREATE USER '${reader}'@'%' IDENTIFIED BY 's@cret'`,
        ...Object.keys(ironicColumns).map((table) => `GRANT SELECT ON ironic.${table} TO '${reader}'@'%'`),
      )
    },
    recordStatements: () => server.recordStatements(),
    stop: () => server.stop(),
  }
}
