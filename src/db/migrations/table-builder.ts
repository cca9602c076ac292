import type { CreateTableBuilder, Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'

type AnyTable = CreateTableBuilder<string, string>

/** What a migration says about a table: its columns and unique constraints, and its plain indexes by name. */
export interface TableDefinition {
  name: string
  /** Has a primary key of its own among `columns` instead of `id`. */
  hasNoId?: boolean
  columns(table: AnyTable): AnyTable
  indexes: Record<string, string>
}

/**
 * Creates a table as Ironic declares it, with its `id` and Ironic's three columns that every table has. May be run
 * again after it was interrupted.
 */
export async function createTable(db: Kysely<unknown>, dialect: Dialect, definition: TableDefinition): Promise<void> {
  const { time } = dialect.columnTypes
  let table: AnyTable = db.schema
    .createTable(definition.name)
    .ifNotExists()
    .addColumn('created_at', time)
    .addColumn('updated_at', time)
    .addColumn('version', 'varchar(15)')
  if (!definition.hasNoId) table = addId(table, dialect)
  table = definition.columns(table)
  const indexes = Object.entries(definition.indexes)
  if (dialect.indexesInCreateTable) {
    for (const [name, column] of indexes) table = table.addIndex(name, [column])
  }
  await dialect.tableOptions(table).execute()
  if (dialect.indexesInCreateTable) return
  for (const [name, column] of indexes) {
    await db.schema.createIndex(name).ifNotExists().on(definition.name).column(column).execute()
  }
}

function addId(table: AnyTable, { autoIncrement }: Dialect): AnyTable {
  return table.addColumn('id', autoIncrement === 'serial' ? 'serial' : 'integer', (column) =>
    autoIncrement === 'auto_increment' ? column.primaryKey().notNull().autoIncrement() : column.primaryKey().notNull(),
  )
}
