import type { MacAddress } from '../../src/model/mac.ts'
import type { ListedPort, ListedPortgroup } from '../../src/model/management-stores.ts'
import type { NodeRecord } from '../../src/model/records.ts'

const nodeUuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const created = { created_at: new Date('2026-01-02T03:04:05Z'), updated_at: null }

/** A row of `nodes` as a node has it that was just enrolled. */
export function aNodeRecord(changes: Partial<NodeRecord> = {}): NodeRecord {
  return {
    ...created,
    id: 1,
    uuid: nodeUuid,
    name: null,
    driver: 'fake-hardware',
    driver_info: {},
    driver_internal_info: {},
    instance_info: {},
    properties: {},
    extra: {},
    instance_uuid: null,
    resource_class: null,
    conductor_group: '',
    power_state: null,
    target_power_state: null,
    provision_state: 'enroll',
    target_provision_state: null,
    provision_updated_at: null,
    last_error: null,
    clean_step: {},
    deploy_step: {},
    service_step: {},
    raid_config: {},
    target_raid_config: {},
    reservation: null,
    conductor_affinity: null,
    maintenance: false,
    maintenance_reason: null,
    fault: null,
    console_enabled: false,
    inspection_started_at: null,
    inspection_finished_at: null,
    automated_clean: null,
    protected: false,
    protected_reason: null,
    retired: false,
    retired_reason: null,
    owner: null,
    lessee: null,
    description: null,
    network_data: {},
    boot_mode: null,
    secure_boot: null,
    shard: null,
    parent_node: null,
    disable_power_off: false,
    bios_interface: 'fake',
    boot_interface: 'fake',
    console_interface: 'fake',
    deploy_interface: 'fake',
    firmware_interface: 'fake',
    inspect_interface: 'fake',
    management_interface: 'fake',
    network_interface: 'noop',
    power_interface: 'fake',
    raid_interface: 'fake',
    rescue_interface: 'fake',
    storage_interface: 'fake',
    vendor_interface: 'fake',
    ...changes,
  }
}

/** A row of `ports`, of the node above, with what of its owners is shown. */
export function aPortRecord(changes: Partial<ListedPort> = {}): ListedPort {
  return {
    ...created,
    id: 1,
    uuid: '5d6d9c1a-8a6c-4a5e-9d3a-0f1c2b3a4d5e',
    node_id: 1,
    node_uuid: nodeUuid,
    portgroup_id: null,
    portgroup_uuid: null,
    address: '52:54:00:12:34:56' as MacAddress,
    name: null,
    pxe_enabled: true,
    local_link_connection: {},
    physical_network: null,
    is_smartnic: false,
    extra: {},
    internal_info: {},
    ...changes,
  }
}

/** A row of `portgroups`, of the node above, with what of its owner is shown. */
export function aPortgroupRecord(changes: Partial<ListedPortgroup> = {}): ListedPortgroup {
  return {
    ...created,
    id: 1,
    uuid: '9f3c7b1e-2d4a-4f6b-8c1d-7e5a3b2c1d0f',
    node_id: 1,
    node_uuid: nodeUuid,
    address: null,
    name: null,
    mode: 'active-backup',
    standalone_ports_supported: true,
    properties: {},
    extra: {},
    internal_info: {},
    physical_network: null,
    ...changes,
  }
}
