import type { Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'
import { createTable } from './table-builder.ts'

/**
 * Ironic's `portgroups`, `node_traits`, `node_history` and `node_inventory`. Unlike there, they go with their node: the
 * release before, which knows nothing of them, deletes nodes as ever.
 */
export async function createManagement(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { boolean, longText } = dialect.columnTypes
  await createTable(db, dialect, {
    name: 'portgroups',
    columns: (table) =>
      table
        .addColumn('uuid', 'varchar(36)')
        .addColumn('name', 'varchar(255)')
        .addColumn('node_id', 'integer')
        .addColumn('address', 'varchar(18)')
        .addColumn('extra', 'text')
        .addColumn('internal_info', 'text')
        .addColumn('standalone_ports_supported', boolean)
        .addColumn('mode', 'varchar(255)')
        .addColumn('properties', 'text')
        .addColumn('physical_network', 'varchar(64)')
        .addUniqueConstraint('uniq_portgroups0uuid', ['uuid'])
        .addUniqueConstraint('uniq_portgroups0address', ['address'])
        .addUniqueConstraint('uniq_portgroups0name', ['name'])
        .addForeignKeyConstraint('portgroups_node_fk', ['node_id'], 'nodes', ['id'], (key) => key.onDelete('cascade')),
    indexes: { portgroups_node_id_idx: 'node_id' },
  })
  await createTable(db, dialect, {
    name: 'node_traits',
    hasNoId: true,
    columns: (table) =>
      table
        .addColumn('node_id', 'integer', (column) => column.notNull())
        .addColumn('trait', 'varchar(255)', (column) => column.notNull())
        .addPrimaryKeyConstraint('node_traits_pk', ['node_id', 'trait'])
        .addForeignKeyConstraint('node_traits_node_fk', ['node_id'], 'nodes', ['id'], (key) => key.onDelete('cascade')),
    indexes: { node_traits_idx: 'trait' },
  })
  await createTable(db, dialect, {
    name: 'node_history',
    columns: (table) =>
      table
        .addColumn('uuid', 'varchar(36)', (column) => column.notNull())
        .addColumn('conductor', 'varchar(255)')
        .addColumn('event_type', 'varchar(255)')
        .addColumn('severity', 'varchar(255)')
        .addColumn('event', 'text')
        .addColumn('user', 'varchar(64)')
        .addColumn('node_id', 'integer')
        .addUniqueConstraint('uniq_history0uuid', ['uuid'])
        .addForeignKeyConstraint('node_history_node_fk', ['node_id'], 'nodes', ['id'], (key) =>
          key.onDelete('cascade'),
        ),
    indexes: { history_node_id_idx: 'node_id', history_conductor_idx: 'conductor' },
  })
  await createTable(db, dialect, {
    name: 'node_inventory',
    columns: (table) =>
      table
        .addColumn('inventory_data', longText)
        .addColumn('plugin_data', longText)
        .addColumn('node_id', 'integer')
        .addForeignKeyConstraint('node_inventory_node_fk', ['node_id'], 'nodes', ['id'], (key) =>
          key.onDelete('cascade'),
        ),
    indexes: { inventory_node_id_idx: 'node_id' },
  })
}
