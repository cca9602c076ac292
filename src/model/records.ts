import type { MacAddress } from './mac.ts'
import type { JsonObject } from './node.ts'

/*
 * Whole rows of Ironic's tables, as conductors work on them and the REST API shows them. Their members bear Ironic's own
 * names, which are those of the columns and of the REST API: nothing is renamed between the three. Times are UTC.
 * Source: ironic/objects/*.py and ironic/api/controllers/v1/*.py.
 */

interface Timestamps {
  readonly id: number
  readonly created_at: Date | null
  updated_at: Date | null
}

/** Interface types of a hardware type, each of which is a column `<type>_interface` of `nodes`. */
export const interfaceTypes = [
  'bios',
  'boot',
  'console',
  'deploy',
  'firmware',
  'inspect',
  'management',
  'network',
  'power',
  'raid',
  'rescue',
  'storage',
  'vendor',
] as const
export type InterfaceType = (typeof interfaceTypes)[number]

type InterfaceColumns = { [T in InterfaceType as `${T}_interface`]: string | null }

export type PowerState = 'power on' | 'power off' | 'rebooting' | 'soft power off' | 'soft rebooting' | 'error'

/** A row of `nodes`. */
export interface NodeRecord extends Timestamps, InterfaceColumns {
  readonly uuid: string
  name: string | null
  driver: string
  driver_info: JsonObject
  /** The conductor's own notes; what begins with an underscore never leaves it, the agent's token least of all. */
  driver_internal_info: JsonObject
  instance_info: JsonObject
  properties: JsonObject
  extra: JsonObject
  instance_uuid: string | null
  resource_class: string | null
  conductor_group: string
  power_state: PowerState | null
  target_power_state: PowerState | null
  /** One of Ironic's provision states; null is what old releases stored for `available`. */
  provision_state: string | null
  target_provision_state: string | null
  provision_updated_at: Date | null
  last_error: string | null
  clean_step: JsonObject
  deploy_step: JsonObject
  service_step: JsonObject
  raid_config: JsonObject
  target_raid_config: JsonObject
  /** Host name of the conductor that works on the node. */
  readonly reservation: string | null
  /** Key of the conductor that took the node over last. */
  readonly conductor_affinity: number | null
  maintenance: boolean
  maintenance_reason: string | null
  fault: string | null
  console_enabled: boolean
  inspection_started_at: Date | null
  inspection_finished_at: Date | null
  automated_clean: boolean | null
  protected: boolean
  protected_reason: string | null
  retired: boolean
  retired_reason: string | null
  owner: string | null
  lessee: string | null
  description: string | null
  network_data: JsonObject
  boot_mode: 'uefi' | 'bios' | null
  secure_boot: boolean | null
  shard: string | null
  parent_node: string | null
  disable_power_off: boolean
}

/** What a conductor may write of a node. */
export type NodeChanges = Partial<
  Omit<NodeRecord, 'id' | 'uuid' | 'created_at' | 'updated_at' | 'reservation' | 'conductor_affinity'>
>
/** What a node is created from; the rest is as the columns' defaults say. */
export type NewNode = NodeChanges & Pick<NodeRecord, 'uuid' | 'driver'>

/** A row of `ports`. */
export interface PortRecord extends Timestamps {
  readonly uuid: string
  readonly node_id: number
  portgroup_id: number | null
  address: MacAddress
  name: string | null
  pxe_enabled: boolean
  /** As Ironic has it: `port_id`, `switch_id`, `switch_info`, … */
  local_link_connection: JsonObject
  physical_network: string | null
  is_smartnic: boolean
  /** `client-id` of InfiniBand, and `vif_port_id` of old. */
  extra: JsonObject
  /** The network interface's own notes, e.g. `tenant_vif_port_id`. */
  internal_info: JsonObject
}
export type PortChanges = Partial<Omit<PortRecord, 'id' | 'uuid' | 'node_id' | 'created_at' | 'updated_at'>>
export type NewPort = PortChanges & Pick<PortRecord, 'uuid' | 'address'>

/** A row of `portgroups`. */
export interface PortgroupRecord extends Timestamps {
  readonly uuid: string
  readonly node_id: number
  address: MacAddress | null
  name: string | null
  mode: string | null
  standalone_ports_supported: boolean
  properties: JsonObject
  extra: JsonObject
  internal_info: JsonObject
  physical_network: string | null
}
export type PortgroupChanges = Partial<Omit<PortgroupRecord, 'id' | 'uuid' | 'node_id' | 'created_at' | 'updated_at'>>
export type NewPortgroup = PortgroupChanges & Pick<PortgroupRecord, 'uuid'>

/** A row of `node_history`. */
export interface HistoryRecord extends Timestamps {
  readonly uuid: string
  readonly node_id: number
  /** Host name of the conductor that wrote it. */
  readonly conductor: string | null
  /** e.g. `transition`, `provisioning`, `power`, `heartbeat`. */
  readonly event_type: string | null
  readonly severity: 'INFO' | 'ERROR' | null
  readonly event: string
  readonly user: string | null
}
export type NewHistoryEntry = Pick<HistoryRecord, 'event' | 'event_type' | 'severity' | 'user'>

/** A row of `node_inventory`: what inspection has found. */
export interface InventoryRecord {
  inventory_data: JsonObject
  plugin_data: JsonObject
}
