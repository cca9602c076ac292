import type { Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'
import { addColumns } from './add-columns.ts'

/** Columns that later releases of Ironic gave to `nodes`. */
export async function addNewerColumns(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await addColumns(db, dialect, 'nodes', [
    { name: 'firmware_interface', type: 'varchar(255)' },
    { name: 'service_step', type: 'text' },
    { name: 'parent_node', type: 'varchar(36)', index: 'parent_node_idx' },
    { name: 'disable_power_off', type: dialect.columnTypes.boolean, defaultTo: dialect.boolean(false) },
  ])
}
