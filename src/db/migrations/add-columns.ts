import { type ColumnDataType, type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'

/** A column that a table gets later. It may be null or has a default: the release before knows nothing of it. */
export interface AddedColumn {
  name: string
  type: ColumnDataType | ReturnType<typeof sql>
  defaultTo?: boolean | number
  /** Name of its plain index; without one where absent. */
  index?: string
}

/** Adds columns, one after the other. May be run again after it was interrupted. */
export async function addColumns(
  db: Kysely<unknown>,
  dialect: Dialect,
  table: string,
  columns: readonly AddedColumn[],
): Promise<void> {
  const existing = (await db.introspection.getTables()).find((one) => one.name === table)?.columns ?? []
  for (const column of columns) {
    const isThere = existing.some((one) => one.name === column.name)
    if (!isThere) await addColumn(db, dialect, table, column)
    if (column.index === undefined || dialect.indexesInCreateTable) continue
    await db.schema.createIndex(column.index).ifNotExists().on(table).column(column.name).execute()
  }
}

async function addColumn(db: Kysely<unknown>, dialect: Dialect, table: string, column: AddedColumn): Promise<void> {
  const { name, type, defaultTo, index } = column
  const word = typeof type === 'string' ? sql.raw(type) : type
  const byDefault = defaultTo === undefined ? sql`` : sql` default ${sql.lit(defaultTo)}`
  // One step where DDL knows no transactions: the column tells that its index is there.
  const withIndex =
    index !== undefined && dialect.indexesInCreateTable ? sql`, add index ${sql.ref(index)} (${sql.ref(name)})` : sql``
  await sql`alter table ${sql.table(table)} add column ${sql.ref(name)} ${word}${byDefault}${withIndex}`.execute(db)
}
