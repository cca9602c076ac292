import type { ColumnType, Generated } from 'kysely'

/*
 * Ironic's tables: the columns that bootring reads or writes. Values are as all three engines give them: booleans are
 * true/false or 1/0 (read with Boolean(), write with Dialect.boolean), times are text in naive UTC (read with
 * parseUtcTime, write Dialect.now), JSON is text (read with parseJsonColumn).
 */

type BooleanColumn = boolean | number
type Time = string

interface Timestamps {
  created_at: Time | null
  updated_at: Time | null
}

export interface NodesTable extends Timestamps {
  id: Generated<number>
  uuid: string
  name: string | null
  driver: string | null
  conductor_group: string
  boot_interface: string | null
  deploy_interface: string | null
  provision_state: string | null
  provision_updated_at: Time | null
  maintenance: BooleanColumn | null
  console_enabled: BooleanColumn | null
  protected: BooleanColumn
  /** Host name of the conductor that works on the node. */
  reservation: string | null
  /** The conductor that took the node over last. */
  conductor_affinity: number | null
  retired: BooleanColumn | null
  driver_info: string | null
  instance_info: string | null
  driver_internal_info: string | null
  properties: string | null
  boot_mode: string | null
  extra: string | null
}

export interface PortsTable extends Timestamps {
  id: Generated<number>
  uuid: string
  address: string
  node_id: number | null
  extra: string | null
  pxe_enabled: BooleanColumn | null
  is_smartnic: BooleanColumn | null
}

export interface ConductorsTable extends Timestamps {
  id: Generated<number>
  hostname: string
  conductor_group: string
  drivers: string | null
  online: BooleanColumn | null
}

export interface ConductorHardwareInterfacesTable extends Timestamps {
  id: Generated<number>
  conductor_id: number
  hardware_type: string
  interface_type: string
  interface_name: string
  default: BooleanColumn
}

/** One row for each conductor that is registered: which process it is that bears the name. */
export interface ConductorSessionTable extends Timestamps {
  id: Generated<number>
  hostname: string
  session: string
  draining: BooleanColumn
}

/** What the migrator writes. */
export interface MigrationTable {
  name: ColumnType<string, never, never>
  timestamp: ColumnType<string, never, never>
}

export interface MigrationLockTable {
  id: ColumnType<string, never, never>
}

export interface Tables {
  nodes: NodesTable
  ports: PortsTable
  conductors: ConductorsTable
  conductor_hardware_interfaces: ConductorHardwareInterfacesTable
  bootring_conductor_session: ConductorSessionTable
  bootring_migration: MigrationTable
  bootring_migration_lock: MigrationLockTable
}
