import { type Kysely, sql } from 'kysely'
import { BootringError } from '../../model/errors.ts'
import type { Tables } from '../tables.ts'
import { DuplicateKey } from '../translate.ts'

/** What no two rows of a table share, besides their UUID. */
const uniqueColumns = {
  nodes: ['name', 'instance_uuid'],
  ports: ['address', 'name'],
  portgroups: ['address', 'name'],
} as const

/** A row that is about to be written. */
export interface UniqueRow {
  table: keyof typeof uniqueColumns
  uuid: string
  isNew: boolean
  values: object
}

/** Carries a write out; where another row has one of its values, `Duplicate` says which value, and whose it is. */
export async function namingDuplicates<T>(db: Kysely<Tables>, row: UniqueRow, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    // The engines name the constraint each in its own way, and none of them names the other row.
    if (error instanceof DuplicateKey) throw new BootringError('Duplicate', await describe(db, row), { cause: error })
    throw error
  }
}

async function describe(db: Kysely<Tables>, { table, uuid, isNew, values }: UniqueRow): Promise<string> {
  const noun = table.slice(0, -1)
  const given = new Map<string, unknown>(Object.entries(values))
  const owner = async (column: string, value: unknown, ...but: string[]): Promise<string | undefined> => {
    const others = but.map((one) => sql` and uuid <> ${one}`)
    const query = sql<{ uuid: string }>`select uuid from ${sql.table(table)} where ${sql.ref(column)} = ${value}`
    return (await sql<{ uuid: string }>`${query}${sql.join(others, sql``)}`.execute(db)).rows[0]?.uuid
  }
  if (isNew && (await owner('uuid', uuid)) !== undefined) return `a ${noun} with uuid ${uuid} already exists`
  for (const column of uniqueColumns[table]) {
    const value = given.get(column)
    if (value === undefined || value === null) continue
    const other = await owner(column, value, uuid)
    if (other !== undefined) return `a ${noun} with ${column} ${value} already exists: ${other}`
  }
  return `another ${noun} had one of these values and has gone meanwhile: try again`
}
