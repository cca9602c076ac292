import { type Kysely, sql } from 'kysely'
import { BootringError } from '../../model/errors.ts'
import type { Logger } from '../../observe/logger.ts'
import { isKnownSchema, releasesOf } from './ironic-releases.ts'
import { type IronicTables, ironicColumns } from './ironic-tables.ts'

type Database = Kysely<IronicTables>

/** `alembic_version`, the newest of Ironic's migrations that was applied. Throws `NotIronicsDatabase`. */
export async function schemaHead(db: Database): Promise<string> {
  const row = await db.selectFrom('alembic_version').select('version_num').executeTakeFirst()
  if (row) return row.version_num
  throw new BootringError('NotIronicsDatabase', 'alembic_version is empty: run ironic-dbsync upgrade first')
}

/**
 * Throws `NotIronicsDatabase` naming every table and column that is needed and not there. A schema newer than this
 * release of bootring is fine as long as nothing is missing, which the log says.
 */
export async function checkIronicSchema(db: Database, logger: Logger | undefined): Promise<void> {
  const missing: string[] = []
  for (const [table, columns] of Object.entries(ironicColumns)) missing.push(...(await missingOf(db, table, columns)))
  if (missing.length > 0) {
    throw new BootringError(
      'NotIronicsDatabase',
      `missing: ${missing.join(', ')}: this database is not Ironic's, or of a release before 21.0, or only half upgraded, or its user may not look into it`,
    )
  }
  const head = await schemaHead(db)
  if (isKnownSchema(head)) return
  logger?.warn(
    { schema: head },
    `the schema of Ironic's database is ${releasesOf(head)}, which is not known here: all columns that are needed are there`,
  )
}

/** One query where all is well; else one for each column. */
async function missingOf(db: Database, table: string, columns: readonly string[]): Promise<string[]> {
  if (await canSelect(db, table, columns)) return []
  const missing: string[] = []
  for (const column of columns) if (!(await canSelect(db, table, [column]))) missing.push(`${table}.${column}`)
  return missing.length === columns.length ? [`table ${table}`] : missing
}

async function canSelect(db: Database, table: string, columns: readonly string[]): Promise<boolean> {
  try {
    // Told which table a column is of, SQLite does not take an unknown one for a text.
    const list = sql.join(columns.map((column) => sql.ref(`${table}.${column}`)))
    await sql`select ${list} from ${sql.table(table)} limit 0`.execute(db)
    return true
  } catch (error) {
    if (error instanceof BootringError && error.code === 'NotIronicsDatabase') return false
    throw error
  }
}
