import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'

/** Lists of nodes are sorted by name in the order of its bytes: where the unique index on it has another order, one that has this. */
export async function indexNamesInByteOrder(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  if (dialect.indexesAreInByteOrder) return
  const name = dialect.inByteOrder(sql.ref('name'))
  await db.schema.createIndex('bootring_nodes_name_idx').ifNotExists().on('nodes').expression(name).execute()
}
