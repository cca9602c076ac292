import type { Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'
import { createTable } from './table-builder.ts'

/** Ironic's `nodes`. Keys to tables that bootring does not have (chassis, allocations) are plain numbers. */
export async function createNodes(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { boolean, time, longText } = dialect.columnTypes
  const no = dialect.boolean(false)
  await createTable(db, dialect, {
    name: 'nodes',
    columns: (table) =>
      table
        .addColumn('uuid', 'varchar(36)')
        .addColumn('instance_uuid', 'varchar(36)')
        .addColumn('name', 'varchar(255)')
        .addColumn('chassis_id', 'integer')
        .addColumn('power_state', 'varchar(15)')
        .addColumn('target_power_state', 'varchar(15)')
        .addColumn('provision_state', 'varchar(15)')
        .addColumn('target_provision_state', 'varchar(15)')
        .addColumn('provision_updated_at', time)
        .addColumn('last_error', 'text')
        .addColumn('instance_info', longText)
        .addColumn('properties', 'text')
        .addColumn('driver', 'varchar(255)')
        .addColumn('driver_info', 'text')
        .addColumn('driver_internal_info', 'text')
        .addColumn('clean_step', 'text')
        .addColumn('deploy_step', 'text')
        .addColumn('resource_class', 'varchar(80)')
        .addColumn('raid_config', 'text')
        .addColumn('target_raid_config', 'text')
        .addColumn('reservation', 'varchar(255)')
        .addColumn('conductor_affinity', 'integer')
        .addColumn('conductor_group', 'varchar(255)', (column) => column.notNull().defaultTo(''))
        .addColumn('maintenance', boolean)
        .addColumn('maintenance_reason', 'text')
        .addColumn('fault', 'varchar(255)')
        .addColumn('console_enabled', boolean)
        .addColumn('inspection_finished_at', time)
        .addColumn('inspection_started_at', time)
        .addColumn('extra', 'text')
        .addColumn('automated_clean', boolean)
        .addColumn('protected', boolean, (column) => column.notNull().defaultTo(no))
        .addColumn('protected_reason', 'text')
        .addColumn('owner', 'varchar(255)')
        .addColumn('lessee', 'varchar(255)')
        .addColumn('allocation_id', 'integer')
        .addColumn('description', 'text')
        .addColumn('bios_interface', 'varchar(255)')
        .addColumn('boot_interface', 'varchar(255)')
        .addColumn('console_interface', 'varchar(255)')
        .addColumn('deploy_interface', 'varchar(255)')
        .addColumn('inspect_interface', 'varchar(255)')
        .addColumn('management_interface', 'varchar(255)')
        .addColumn('network_interface', 'varchar(255)')
        .addColumn('raid_interface', 'varchar(255)')
        .addColumn('rescue_interface', 'varchar(255)')
        .addColumn('retired', boolean, (column) => column.defaultTo(no))
        .addColumn('retired_reason', 'text')
        .addColumn('network_data', 'text')
        .addColumn('storage_interface', 'varchar(255)')
        .addColumn('power_interface', 'varchar(255)')
        .addColumn('vendor_interface', 'varchar(255)')
        .addColumn('boot_mode', 'varchar(16)')
        .addColumn('secure_boot', boolean)
        .addColumn('shard', 'varchar(255)')
        .addUniqueConstraint('uniq_nodes0uuid', ['uuid'])
        .addUniqueConstraint('uniq_nodes0instance_uuid', ['instance_uuid'])
        .addUniqueConstraint('uniq_nodes0name', ['name'])
        .addForeignKeyConstraint('nodes_conductor_affinity_fk', ['conductor_affinity'], 'conductors', ['id']),
    indexes: {
      owner_idx: 'owner',
      lessee_idx: 'lessee',
      driver_idx: 'driver',
      provision_state_idx: 'provision_state',
      reservation_idx: 'reservation',
      conductor_group_idx: 'conductor_group',
      resource_class_idx: 'resource_class',
      shard_idx: 'shard',
    },
  })
}
