import type { Kysely } from 'kysely'
import type { JsonObject } from '../../model/node.ts'
import type { FleetNode } from '../../model/stores.ts'
import { parseJsonColumn } from '../json-column.ts'
import type { Tables } from '../tables.ts'
import { chunks } from './chunks.ts'

/** A node as the database has it. */
export interface ExistingNode {
  id: number
  uuid: string
  name: string | null
  driver: string
  conductorGroup: string
  bootInterface: string | null
  deployInterface: string | null
  provisionState: string | null
  driverInfo: JsonObject
  instanceInfo: JsonObject
  properties: JsonObject
  extra: JsonObject
  ports: ExistingPort[]
}

export interface ExistingPort {
  id: number
  address: string
  nodeId: number | null
  pxeEnabled: boolean
}

/** What a node is called; all that is needed to remove it. */
export interface NodeIdentity {
  id: number
  uuid: string
  name: string | null
}

/** All of the database that has to do with one fleet. */
export class FleetSnapshot {
  readonly byId = new Map<number, ExistingNode>()
  readonly byUuid = new Map<string, ExistingNode>()
  readonly byName = new Map<string, ExistingNode>()
  readonly portByAddress = new Map<string, ExistingPort>()
  /** Every node of the database; empty unless asked for. */
  everyNode: NodeIdentity[] = []

  addNode(node: ExistingNode): void {
    this.byId.set(node.id, node)
    this.byUuid.set(node.uuid, node)
    if (node.name !== null) this.byName.set(node.name, node)
  }
}

/** Reads the nodes that share a UUID, a name or a MAC with the fleet, and their ports. */
export async function readSnapshot(
  db: Kysely<Tables>,
  fleet: FleetNode[],
  options: { everyNode: boolean },
): Promise<FleetSnapshot> {
  const snapshot = new FleetSnapshot()
  for (const uuids of chunks(fleet.flatMap((node) => node.uuid ?? []))) {
    await readNodes(db, snapshot, 'uuid', uuids)
  }
  for (const names of chunks(fleet.flatMap((node) => node.name ?? []))) {
    await readNodes(db, snapshot, 'name', names)
  }
  for (const addresses of chunks(fleet.flatMap((node) => node.ports.map((port) => port.address)))) {
    const rows = await selectPorts(db).where('address', 'in', addresses).execute()
    for (const row of rows) snapshot.portByAddress.set(row.address, toPort(row))
  }
  const owners = new Set([...snapshot.portByAddress.values()].flatMap((port) => port.nodeId ?? []))
  for (const ids of chunks([...owners].filter((id) => !snapshot.byId.has(id)))) {
    await readNodes(db, snapshot, 'id', ids)
  }
  for (const ids of chunks([...snapshot.byId.keys()])) {
    const rows = await selectPorts(db).where('node_id', 'in', ids).execute()
    for (const row of rows) snapshot.byId.get(row.node_id as number)?.ports.push(toPort(row))
  }
  if (options.everyNode) {
    snapshot.everyNode = await db.selectFrom('nodes').select(['id', 'uuid', 'name']).orderBy('id').execute()
  }
  return snapshot
}

async function readNodes(
  db: Kysely<Tables>,
  snapshot: FleetSnapshot,
  column: 'id' | 'uuid' | 'name',
  values: (string | number)[],
): Promise<void> {
  const rows = await db
    .selectFrom('nodes')
    .select(['id', 'uuid', 'name', 'driver', 'conductor_group', 'boot_interface', 'deploy_interface'])
    .select(['provision_state', 'driver_info', 'instance_info', 'properties', 'extra'])
    .where(column, 'in', values)
    .execute()
  for (const row of rows) {
    if (snapshot.byId.has(row.id)) continue
    snapshot.addNode({
      id: row.id,
      uuid: row.uuid,
      name: row.name,
      driver: row.driver ?? '',
      conductorGroup: row.conductor_group,
      bootInterface: row.boot_interface,
      deployInterface: row.deploy_interface,
      provisionState: row.provision_state,
      driverInfo: parseJsonColumn(row.driver_info),
      instanceInfo: parseJsonColumn(row.instance_info),
      properties: parseJsonColumn(row.properties),
      extra: parseJsonColumn(row.extra),
      ports: [],
    })
  }
}

function selectPorts(db: Kysely<Tables>) {
  return db.selectFrom('ports').select(['id', 'address', 'node_id', 'pxe_enabled'])
}

type PortRow = Awaited<ReturnType<ReturnType<typeof selectPorts>['execute']>>[number]

function toPort(row: PortRow): ExistingPort {
  return { id: row.id, address: row.address, nodeId: row.node_id, pxeEnabled: Boolean(row.pxe_enabled) }
}
