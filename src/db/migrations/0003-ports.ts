import type { Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'
import { createTable } from './table-builder.ts'

/** Ironic's `ports`, and an index of its own on `node_id`, by which the ports of a page of nodes are found. */
export async function createPorts(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { boolean } = dialect.columnTypes
  await createTable(db, dialect, {
    name: 'ports',
    columns: (table) =>
      table
        .addColumn('uuid', 'varchar(36)')
        .addColumn('address', 'varchar(18)')
        .addColumn('node_id', 'integer')
        .addColumn('extra', 'text')
        .addColumn('local_link_connection', 'text')
        .addColumn('portgroup_id', 'integer')
        .addColumn('pxe_enabled', boolean)
        .addColumn('internal_info', 'text')
        .addColumn('physical_network', 'varchar(64)')
        .addColumn('is_smartnic', boolean)
        .addColumn('name', 'varchar(255)')
        .addUniqueConstraint('uniq_ports0address', ['address'])
        .addUniqueConstraint('uniq_ports0uuid', ['uuid'])
        .addUniqueConstraint('uniq_ports0name', ['name'])
        .addForeignKeyConstraint('ports_node_fk', ['node_id'], 'nodes', ['id']),
    indexes: { ports_node_id_idx: 'node_id' },
  })
}
