import { finderColumns } from '../stores/sql-node-finder.ts'
import { nodeColumns, portColumns } from '../stores/sql-node-store.ts'
import type { Tables } from '../tables.ts'
import { progressColumns } from './node-progress.ts'

/** What Ironic's migrations write; one row. */
export interface AlembicVersionTable {
  version_num: string
}

export interface IronicTables extends Tables {
  alembic_version: AlembicVersionTable
}

/** Every table and column of Ironic's that is read: what the database's user needs SELECT for. */
export const ironicColumns = {
  alembic_version: ['version_num'],
  nodes: [...new Set([...nodeColumns, ...finderColumns, ...progressColumns])],
  ports: portColumns,
  conductors: ['id', 'hostname', 'conductor_group', 'online', 'updated_at'],
  conductor_hardware_interfaces: ['conductor_id', 'hardware_type'],
} as const satisfies { [T in keyof IronicTables]?: readonly (keyof IronicTables[T])[] }
