import { CompiledQuery, type Kysely } from 'kysely'
import type { Tables } from '../../src/db/tables.ts'
import type { EngineName } from './databases.ts'
import type { DriverStatement } from './driver-statements.ts'

const explain: Record<EngineName, string> = {
  sqlite: 'explain query plan',
  postgresql: 'explain',
  mariadb: 'explain',
}

/** How an engine would carry a statement out, in its own words. */
export async function queryPlan(
  db: Kysely<Tables>,
  engine: EngineName,
  statement: DriverStatement | undefined,
): Promise<string> {
  if (statement === undefined) throw new Error('no such statement was asked')
  const { parameters, sql } = statement
  const { rows } = await db.executeQuery(CompiledQuery.raw(`${explain[engine]} ${sql}`, [...parameters]))
  return rows.map((row) => JSON.stringify(row)).join('\n')
}
