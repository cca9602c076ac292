import type { Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'

const name = 'bootring_boot_event'
const minutes = 'bootring_boot_minute'

const indexes = {
  bootring_boot_event_node_idx: ['node_uuid', 'id'],
  bootring_boot_event_mac_idx: ['mac', 'id'],
  bootring_boot_event_client_idx: ['client', 'id'],
  bootring_boot_event_at_idx: ['at'],
} as const

/**
 * What happened to machines that boot. Without Ironic's three columns that every other table has: there are many rows,
 * and none is ever changed. May be run again after it was interrupted, and on a database that has nothing else of bootring's.
 */
export async function createBootEvents(db: Pick<Kysely<unknown>, 'schema'>, dialect: Dialect): Promise<void> {
  // They outlive four bytes: a fleet of some thousand machines has millions of events a week.
  const idType =
    dialect.autoIncrement === 'serial' ? 'bigserial' : dialect.autoIncrement === 'rowid' ? 'integer' : 'bigint'
  let table = db.schema
    .createTable(name)
    .ifNotExists()
    // Ids of deleted rows must not come again: readers go on from the last one they have seen.
    .addColumn('id', idType, (column) =>
      idType === 'bigserial' ? column.primaryKey() : column.primaryKey().autoIncrement(),
    )
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('mac', 'varchar(64)')
    .addColumn('node_uuid', 'varchar(36)')
    .addColumn('node_name', 'varchar(255)')
    .addColumn('client', 'varchar(64)')
    .addColumn('server', 'varchar(255)', (column) => column.notNull())
    .addColumn('request_id', 'varchar(64)')
    .addColumn('outcome', 'varchar(16)', (column) => column.notNull())
    .addColumn('code', 'varchar(64)')
    .addColumn('reason', 'text')
    .addColumn('name', 'varchar(255)')
    .addColumn('provision_state', 'varchar(32)')
    .addColumn('owner', 'varchar(255)')
    .addColumn('conductor', 'varchar(255)')
    .addColumn('milliseconds', 'double precision', (column) => column.notNull())
    .addColumn('steps', 'text')
    .addColumn('bytes', 'bigint')
    .addColumn('sha256', 'varchar(64)')
    .addColumn('user_agent', 'varchar(255)')
  if (dialect.indexesInCreateTable) {
    for (const [index, columns] of Object.entries(indexes)) table = table.addIndex(index, [...columns])
  }
  await dialect.tableOptions(table).execute()
  await createMinutes(db, dialect)
  if (dialect.indexesInCreateTable) return
  for (const [index, columns] of Object.entries(indexes)) {
    await db.schema
      .createIndex(index)
      .ifNotExists()
      .on(name)
      .columns([...columns])
      .execute()
  }
}

/** What the figures of each minute are made of, counted as events are written: counting a million of them takes seconds. */
async function createMinutes(db: Pick<Kysely<unknown>, 'schema'>, dialect: Dialect): Promise<void> {
  const table = db.schema
    .createTable(minutes)
    .ifNotExists()
    .addColumn('minute', 'integer', (column) => column.notNull())
    .addColumn('outcome', 'varchar(16)', (column) => column.notNull())
    .addColumn('code', 'varchar(64)', (column) => column.notNull())
    .addColumn('duration_class', 'integer', (column) => column.notNull())
    .addColumn('scripts', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${minutes}_pkey`, ['minute', 'outcome', 'code', 'duration_class'])
  await dialect.tableOptions(table).execute()
}
