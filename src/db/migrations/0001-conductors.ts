import type { Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'
import { createTable } from './table-builder.ts'

/** Ironic's `conductors` and `conductor_hardware_interfaces`. */
export async function createConductors(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { boolean } = dialect.columnTypes
  await createTable(db, dialect, {
    name: 'conductors',
    columns: (table) =>
      table
        .addColumn('hostname', 'varchar(255)', (column) => column.notNull())
        .addColumn('drivers', 'text')
        .addColumn('online', boolean)
        .addColumn('conductor_group', 'varchar(255)', (column) => column.notNull().defaultTo(''))
        .addUniqueConstraint('uniq_conductors0hostname', ['hostname']),
    indexes: {},
  })
  await createTable(db, dialect, {
    name: 'conductor_hardware_interfaces',
    columns: (table) =>
      table
        .addColumn('conductor_id', 'integer', (column) => column.notNull())
        .addColumn('hardware_type', 'varchar(255)', (column) => column.notNull())
        .addColumn('interface_type', 'varchar(16)', (column) => column.notNull())
        .addColumn('interface_name', 'varchar(255)', (column) => column.notNull())
        .addColumn('default', boolean, (column) => column.notNull())
        .addUniqueConstraint('uniq_conductorhardwareinterfaces0', [
          'conductor_id',
          'hardware_type',
          'interface_type',
          'interface_name',
        ])
        .addForeignKeyConstraint('conductor_hardware_interfaces_conductor_fk', ['conductor_id'], 'conductors', ['id']),
    indexes: {},
  })
}
