import type { ColumnType, Generated } from 'kysely'
import type { BootEvent } from '../model/boot-events.ts'

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
  instance_uuid: string | null
  resource_class: string | null
  driver: string | null
  conductor_group: Generated<string>
  bios_interface: string | null
  boot_interface: string | null
  console_interface: string | null
  deploy_interface: string | null
  firmware_interface: string | null
  inspect_interface: string | null
  management_interface: string | null
  network_interface: string | null
  power_interface: string | null
  raid_interface: string | null
  rescue_interface: string | null
  storage_interface: string | null
  vendor_interface: string | null
  power_state: string | null
  target_power_state: string | null
  provision_state: string | null
  target_provision_state: string | null
  provision_updated_at: Time | null
  last_error: string | null
  maintenance: BooleanColumn | null
  maintenance_reason: string | null
  fault: string | null
  console_enabled: BooleanColumn | null
  inspection_started_at: Time | null
  inspection_finished_at: Time | null
  automated_clean: BooleanColumn | null
  protected: Generated<BooleanColumn>
  protected_reason: string | null
  /** Host name of the conductor that works on the node. */
  reservation: string | null
  /** The conductor that took the node over last. */
  conductor_affinity: number | null
  retired: BooleanColumn | null
  retired_reason: string | null
  owner: string | null
  lessee: string | null
  description: string | null
  boot_mode: string | null
  secure_boot: BooleanColumn | null
  shard: string | null
  parent_node: string | null
  disable_power_off: BooleanColumn | null
  driver_info: string | null
  instance_info: string | null
  driver_internal_info: string | null
  properties: string | null
  extra: string | null
  clean_step: string | null
  deploy_step: string | null
  service_step: string | null
  raid_config: string | null
  target_raid_config: string | null
  network_data: string | null
}

export interface PortsTable extends Timestamps {
  id: Generated<number>
  uuid: string
  address: string
  node_id: number | null
  portgroup_id: number | null
  name: string | null
  extra: string | null
  local_link_connection: string | null
  internal_info: string | null
  physical_network: string | null
  pxe_enabled: BooleanColumn | null
  is_smartnic: BooleanColumn | null
}

export interface PortgroupsTable extends Timestamps {
  id: Generated<number>
  uuid: string
  name: string | null
  node_id: number | null
  address: string | null
  extra: string | null
  internal_info: string | null
  standalone_ports_supported: BooleanColumn | null
  mode: string | null
  properties: string | null
  physical_network: string | null
}

export interface NodeTraitsTable extends Timestamps {
  node_id: number
  trait: string
}

export interface NodeHistoryTable extends Timestamps {
  id: Generated<number>
  uuid: string
  conductor: string | null
  event_type: string | null
  severity: string | null
  event: string | null
  user: string | null
  node_id: number | null
}

export interface NodeInventoryTable extends Timestamps {
  id: Generated<number>
  inventory_data: string | null
  plugin_data: string | null
  node_id: number | null
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

/** Whole numbers that PostgreSQL gives as text, as they may have eight bytes. */
type Big = ColumnType<number | string, number, never>

/** What happened to a machine that boots: `BootEvent`. Never changed. */
export interface BootEventTable extends Omit<BootEvent, 'at' | 'steps' | 'bytes'> {
  id: ColumnType<number | string, never, never>
  at: Big
  /** The minute of that, since 1970. */
  minute: number
  /** `milliseconds`, roughly: `duration-class.ts`. */
  duration_class: number
  /** JSON; null where there are none. */
  steps: string | null
  bytes: Big | null
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
  portgroups: PortgroupsTable
  node_traits: NodeTraitsTable
  node_history: NodeHistoryTable
  node_inventory: NodeInventoryTable
  conductors: ConductorsTable
  conductor_hardware_interfaces: ConductorHardwareInterfacesTable
  bootring_conductor_session: ConductorSessionTable
  bootring_boot_event: BootEventTable
  bootring_migration: MigrationTable
  bootring_migration_lock: MigrationLockTable
}
