import type { Kysely, Selectable } from 'kysely'
import type { MacAddress } from '../../model/mac.ts'
import type { BootNode, BootTarget, NodeState, NodeWithPorts, Port } from '../../model/node.ts'
import type { NodeStore } from '../../model/stores.ts'
import type { Engine, Lookup } from '../engines/engine.ts'
import { parseJsonColumn } from '../json-column.ts'
import type { NodesTable, PortsTable, Tables } from '../tables.ts'
import { type BootNodeOptions, bootNodeLookup } from './boot-node-lookup.ts'
import { bootTargetLookup } from './boot-target-lookup.ts'
import { hasBootFiles } from './has-boot-files.ts'
import { nodeStates } from './node-states-query.ts'

const defaultPageSize = 1000

/** All that is read of `nodes`. */
export const nodeColumns = [
  'id',
  'uuid',
  'name',
  'driver',
  'conductor_group',
  'boot_interface',
  'deploy_interface',
  'provision_state',
  'driver_info',
  'instance_info',
  'driver_internal_info',
  'properties',
  'boot_mode',
  'extra',
] as const satisfies readonly (keyof NodesTable)[]

/** All that is read of `ports`. */
export const portColumns = [
  'uuid',
  'address',
  'node_id',
  'pxe_enabled',
  'extra',
] as const satisfies readonly (keyof PortsTable)[]

type NodeRow = Pick<Selectable<NodesTable>, (typeof nodeColumns)[number]>
type PortRow = Pick<Selectable<PortsTable>, (typeof portColumns)[number]>

function selectNodes(db: Kysely<Tables>) {
  return db.selectFrom('nodes').select(nodeColumns)
}
type NodeQuery = ReturnType<typeof selectNodes>

/** Nodes of any of the engines. */
export class SqlNodeStore implements NodeStore {
  readonly #db: Kysely<Tables>
  readonly #bootTarget: Lookup<BootTarget>
  readonly #bootNode: (uuid: string) => Promise<BootNode | undefined>

  constructor(engine: Engine, bootNodes: BootNodeOptions = { withInstanceInfo: true }) {
    this.#db = engine.read
    this.#bootTarget = bootTargetLookup(engine)
    this.#bootNode = bootNodeLookup(engine, bootNodes)
  }

  bootTarget(address: MacAddress): Promise<BootTarget | undefined> {
    return this.#bootTarget(address)
  }

  bootNode(uuid: string): Promise<BootNode | undefined> {
    return this.#bootNode(uuid)
  }

  nodeStates(uuids: readonly string[]): Promise<NodeState[]> {
    return nodeStates(this.#db, uuids)
  }

  async node(uuid: string): Promise<NodeWithPorts | undefined> {
    const rows = await selectNodes(this.#db).where('uuid', '=', uuid).execute()
    const [node] = await this.#withPorts(rows)
    return node
  }

  nodes(pageSize = defaultPageSize): AsyncIterable<NodeWithPorts> {
    return this.#pages(selectNodes(this.#db), pageSize)
  }

  nodesWithBootFiles(pageSize = defaultPageSize): AsyncIterable<NodeWithPorts> {
    return this.#pages(selectNodes(this.#db).where(hasBootFiles), pageSize)
  }

  async *#pages(query: NodeQuery, pageSize: number): AsyncGenerator<NodeWithPorts> {
    let after = 0
    for (;;) {
      const rows = await query.where('id', '>', after).orderBy('id').limit(pageSize).execute()
      yield* await this.#withPorts(rows)
      const last = rows.at(-1)
      if (!last || rows.length < pageSize) return
      after = last.id
    }
  }

  async #withPorts(rows: NodeRow[]): Promise<NodeWithPorts[]> {
    if (rows.length === 0) return []
    const ids = rows.map((row) => row.id)
    const ports = await this.#db
      .selectFrom('ports')
      .select(portColumns)
      .where('node_id', 'in', ids)
      .orderBy('address')
      .execute()
    const byNode = Map.groupBy(ports, (port) => port.node_id)
    return rows.map((row) => toNode(row, byNode.get(row.id) ?? []))
  }
}

function toNode(row: NodeRow, ports: PortRow[]): NodeWithPorts {
  return {
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
    driverInternalInfo: parseJsonColumn(row.driver_internal_info),
    properties: parseJsonColumn(row.properties),
    bootMode: row.boot_mode,
    extra: parseJsonColumn(row.extra),
    ports: ports.map(toPort),
  }
}

function toPort(row: PortRow): Port {
  return {
    uuid: row.uuid,
    address: row.address as MacAddress,
    pxeEnabled: Boolean(row.pxe_enabled),
    extra: parseJsonColumn(row.extra),
  }
}
