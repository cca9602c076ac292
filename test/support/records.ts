import type { MacAddress } from '../../src/model/mac.ts'
import type { ListedPort, ListedPortgroup } from '../../src/model/management-stores.ts'
import type { NodeRecord } from '../../src/model/records.ts'

const timestamps = { created_at: new Date('2026-01-02T03:04:05Z'), updated_at: null }

/** A row of `nodes` as it is after a node was enrolled, but for what a test says. */
export function nodeRecord(given: Partial<NodeRecord> = {}): NodeRecord {
  return {
    ...timestamps,
    id: 7,
    uuid: 'a1a1a1a1-0000-4000-8000-000000000007',
    name: 'node-7',
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
    bios_interface: 'no-bios',
    boot_interface: 'ipxe',
    console_interface: 'no-console',
    deploy_interface: 'ramdisk',
    firmware_interface: 'no-firmware',
    inspect_interface: 'fake',
    management_interface: 'fake',
    network_interface: 'noop',
    power_interface: 'fake',
    raid_interface: 'fake',
    rescue_interface: 'fake',
    storage_interface: 'noop',
    vendor_interface: 'no-vendor',
    ...given,
  }
}

/** A row of `ports`, with what of its owners is shown. */
export function portRecord(given: Partial<ListedPort> = {}): ListedPort {
  return {
    ...timestamps,
    id: 3,
    uuid: 'b2b2b2b2-0000-4000-8000-000000000003',
    node_id: 7,
    node_uuid: 'a1a1a1a1-0000-4000-8000-000000000007',
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
    ...given,
  }
}

/** A row of `portgroups`, with what of its owner is shown. */
export function portgroupRecord(given: Partial<ListedPortgroup> = {}): ListedPortgroup {
  return {
    ...timestamps,
    id: 5,
    uuid: 'c3c3c3c3-0000-4000-8000-000000000005',
    node_id: 7,
    node_uuid: 'a1a1a1a1-0000-4000-8000-000000000007',
    address: null,
    name: 'bond0',
    mode: 'active-backup',
    standalone_ports_supported: true,
    properties: {},
    extra: {},
    internal_info: {},
    physical_network: null,
    ...given,
  }
}
