import { type Kysely, sql } from 'kysely'
import { BootringError } from '../../model/errors.ts'
import type { Tables } from '../tables.ts'
import { DuplicateKey } from '../translate.ts'

/** A table whose rows have a UUID and further columns that no two rows share. */
export interface UniqueColumns {
  table: 'nodes' | 'ports' | 'portgroups'
  /** What one row is called. */
  noun: string
  columns: readonly string[]
}

export const uniqueOfNodes: UniqueColumns = {
  table: 'nodes',
  noun: 'node',
  columns: ['uuid', 'name', 'instance_uuid'],
}
export const uniqueOfPorts: UniqueColumns = { table: 'ports', noun: 'port', columns: ['uuid', 'address', 'name'] }
export const uniqueOfPortgroups: UniqueColumns = {
  table: 'portgroups',
  noun: 'portgroup',
  columns: ['uuid', 'address', 'name'],
}

/** Carries a write out; where another row has one of its values, `Duplicate` says which value, and whose it is. */
export async function namingDuplicates<T>(
  db: Kysely<Tables>,
  { table, noun, columns }: UniqueColumns,
  values: { uuid: string },
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error
    const given = Object.entries(values).filter(([column, value]) => columns.includes(column) && value != null)
    for (const [column, value] of given) {
      // With its own UUID, a row that is created finds the one that has it already.
      const { rows } = await sql<{ uuid: string }>`
        select uuid from ${sql.table(table)} where ${sql.ref(column)} = ${value}
        ${column === 'uuid' ? sql`` : sql`and uuid <> ${values.uuid}`}
      `.execute(db)
      const owner = rows[0]
      if (!owner) continue
      const whose = column === 'uuid' ? '' : `: ${owner.uuid}`
      throw new BootringError('Duplicate', `a ${noun} with ${column} ${value} already exists${whose}`, { cause: error })
    }
    // Whoever had it has gone meanwhile.
    const names = given.map(([column]) => column).join(' or ')
    throw new BootringError('Duplicate', `another ${noun} had the same ${names}: try again`, { cause: error })
  }
}
