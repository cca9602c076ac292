import type { HistoryRecord, NodeRecord, PortgroupRecord, PortRecord } from '../../model/records.ts'

/** What a column holds; `?`: null means something of its own. */
export type Kind = 'text' | 'text?' | 'boolean' | 'boolean?' | 'number' | 'number?' | 'time?' | 'json'

type MaybeNull<K extends Kind, Value> = null extends Value ? Extract<Kind, `${K}?`> : K
type KindOf<Value> = [NonNullable<Value>] extends [string]
  ? MaybeNull<'text', Value>
  : [NonNullable<Value>] extends [boolean]
    ? MaybeNull<'boolean', Value>
    : [NonNullable<Value>] extends [number]
      ? MaybeNull<'number', Value>
      : [NonNullable<Value>] extends [Date]
        ? 'time?'
        : 'json'

/** The columns of a record, each with its kind: the same names on both sides. */
export type Fields<R> = { readonly [C in keyof R]: KindOf<R[C]> }

const timestamps = { id: 'number', created_at: 'time?', updated_at: 'time?' } as const

export const nodeFields: Fields<NodeRecord> = {
  ...timestamps,
  uuid: 'text',
  name: 'text?',
  driver: 'text',
  driver_info: 'json',
  driver_internal_info: 'json',
  instance_info: 'json',
  properties: 'json',
  extra: 'json',
  instance_uuid: 'text?',
  resource_class: 'text?',
  conductor_group: 'text',
  power_state: 'text?',
  target_power_state: 'text?',
  provision_state: 'text?',
  target_provision_state: 'text?',
  provision_updated_at: 'time?',
  last_error: 'text?',
  clean_step: 'json',
  deploy_step: 'json',
  service_step: 'json',
  raid_config: 'json',
  target_raid_config: 'json',
  reservation: 'text?',
  conductor_affinity: 'number?',
  maintenance: 'boolean',
  maintenance_reason: 'text?',
  fault: 'text?',
  console_enabled: 'boolean',
  inspection_started_at: 'time?',
  inspection_finished_at: 'time?',
  automated_clean: 'boolean?',
  protected: 'boolean',
  protected_reason: 'text?',
  retired: 'boolean',
  retired_reason: 'text?',
  owner: 'text?',
  lessee: 'text?',
  description: 'text?',
  network_data: 'json',
  boot_mode: 'text?',
  secure_boot: 'boolean?',
  shard: 'text?',
  parent_node: 'text?',
  disable_power_off: 'boolean',
  bios_interface: 'text?',
  boot_interface: 'text?',
  console_interface: 'text?',
  deploy_interface: 'text?',
  firmware_interface: 'text?',
  inspect_interface: 'text?',
  management_interface: 'text?',
  network_interface: 'text?',
  power_interface: 'text?',
  raid_interface: 'text?',
  rescue_interface: 'text?',
  storage_interface: 'text?',
  vendor_interface: 'text?',
}

export const portFields: Fields<PortRecord> = {
  ...timestamps,
  uuid: 'text',
  node_id: 'number',
  portgroup_id: 'number?',
  address: 'text',
  name: 'text?',
  pxe_enabled: 'boolean',
  local_link_connection: 'json',
  physical_network: 'text?',
  is_smartnic: 'boolean',
  extra: 'json',
  internal_info: 'json',
}

export const portgroupFields: Fields<PortgroupRecord> = {
  ...timestamps,
  uuid: 'text',
  node_id: 'number',
  address: 'text?',
  name: 'text?',
  mode: 'text?',
  standalone_ports_supported: 'boolean',
  properties: 'json',
  extra: 'json',
  internal_info: 'json',
  physical_network: 'text?',
}

export const historyFields: Fields<HistoryRecord> = {
  ...timestamps,
  uuid: 'text',
  node_id: 'number',
  conductor: 'text?',
  event_type: 'text?',
  severity: 'text?',
  event: 'text',
  user: 'text?',
}

/** Some of the columns, in the order of the record. */
export function pickFields<R, C extends keyof R & string>(
  fields: Fields<R>,
  columns: readonly C[],
): Fields<Pick<R, C>> {
  const names: readonly string[] = columns
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name))) as Fields<Pick<R, C>>
}

export function columnsOf<R>(fields: Fields<R>): (keyof R & string)[] {
  return Object.keys(fields) as (keyof R & string)[]
}
