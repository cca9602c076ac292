import { randomUUID } from 'node:crypto'
import type { ListedPort, ListedPortgroup } from '../../src/model/management-stores.ts'
import type { NodeRecord } from '../../src/model/records.ts'
import { mac } from './a-node.ts'
import { aNodeRecord } from './management-records.ts'

const timestamps = { created_at: new Date('2026-01-02T03:04:05Z'), updated_at: null }

/** A node for a port to belong to. */
const owner: Pick<NodeRecord, 'id' | 'uuid'> = { id: 7, uuid: 'a1a1a1a1-0000-4000-8000-000000000007' }

/** A row of `nodes` as it is after a node was enrolled, but for what a test says; the same one each time. */
export const nodeRecord = (given: Partial<NodeRecord> = {}): NodeRecord =>
  aNodeRecord({ ...owner, name: 'node-7', ...given })

/** A row of `ports`, with what of its owners is shown. */
export function portRecord(given: Partial<ListedPort> = {}): ListedPort {
  return {
    ...timestamps,
    id: 3,
    uuid: randomUUID(),
    node_id: owner.id,
    node_uuid: owner.uuid,
    portgroup_id: null,
    portgroup_uuid: null,
    address: mac('52:54:00:12:34:56'),
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
    uuid: randomUUID(),
    node_id: owner.id,
    node_uuid: owner.uuid,
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
