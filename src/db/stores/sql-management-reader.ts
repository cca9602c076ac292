import type { Kysely } from 'kysely'
import { isCanonicalUuid } from '../../model/canonical-uuid.ts'
import type { HardwareInterface } from '../../model/conductor.ts'
import { parseMac } from '../../model/mac.ts'
import {
  type ListedNode,
  type ListedPort,
  type ListedPortgroup,
  listedColumns,
  type ManagementReader,
  type NodeFilter,
  type PageQuery,
  type PortFilter,
  type PortgroupFilter,
} from '../../model/management-stores.ts'
import type { HistoryRecord, InventoryRecord, NodeRecord } from '../../model/records.ts'
import type { Engine } from '../engines/engine.ts'
import { chunks } from '../fleet/chunks.ts'
import { parseJsonColumn } from '../json-column.ts'
import { oneOf } from '../records/one-of.ts'
import { readPage } from '../records/read-page.ts'
import { readRecord } from '../records/record-codec.ts'
import {
  columnsOf,
  historyFields,
  nodeFields,
  pickFields,
  portFields,
  portgroupFields,
} from '../records/record-fields.ts'
import type { Tables } from '../tables.ts'
import { filteredNodes } from './filtered-nodes.ts'

const nodes = { name: 'nodes', fields: nodeFields } as const
const ports = { name: 'ports', fields: portFields } as const
const portgroups = { name: 'portgroups', fields: portgroupFields } as const

/** What the REST API shows, of any of the engines. */
export class SqlManagementReader implements ManagementReader {
  protected readonly engine: Engine

  constructor(engine: Engine) {
    this.engine = engine
  }

  async node(ident: string): Promise<NodeRecord | undefined> {
    return await readNode(this.engine.read, isCanonicalUuid(ident) ? 'uuid' : 'name', ident)
  }

  async nodeById(id: number): Promise<NodeRecord | undefined> {
    return await readNode(this.engine.read, 'id', id)
  }

  nodes(filter: NodeFilter, page: PageQuery): Promise<NodeRecord[]>
  nodes(filter: NodeFilter, page: PageQuery, columns: readonly (keyof NodeRecord)[] | undefined): Promise<ListedNode[]>
  async nodes(filter: NodeFilter, page: PageQuery, columns?: readonly (keyof NodeRecord)[]): Promise<ListedNode[]> {
    const fields = columns === undefined ? nodeFields : pickFields(nodeFields, [...listedColumns, ...columns])
    const every = this.engine.read.selectFrom('nodes').select(columnsOf(fields))
    const wanted = filteredNodes(every, filter, this.engine.dialect)
    const rows = await readPage(this.engine, nodes, { every, wanted }, page)
    return rows.map((row) => readRecord(fields, row))
  }

  async port(ident: string): Promise<ListedPort | undefined> {
    const [column, value] = identity(ident)
    const row = await selectPorts(this.engine.read).where(column, '=', value).executeTakeFirst()
    return row && toPort(row)
  }

  async ports(filter: PortFilter, page: PageQuery): Promise<ListedPort[]> {
    const { node_id, portgroup_id, addresses, shards } = filter
    const every = selectPorts(this.engine.read)
    let wanted = every
    if (node_id !== undefined) wanted = wanted.where('node_id', '=', node_id)
    if (portgroup_id !== undefined) {
      // By way of its node, on which there is an index.
      wanted = wanted
        .where('node_id', '=', (eb) => eb.selectFrom('portgroups').select('node_id').where('id', '=', portgroup_id))
        .where('portgroup_id', '=', portgroup_id)
    }
    if (addresses) wanted = wanted.where(oneOf('address', addresses))
    if (shards) {
      wanted = wanted.where('node_id', 'in', (eb) => eb.selectFrom('nodes').select('id').where(oneOf('shard', shards)))
    }
    return (await readPage(this.engine, ports, { every, wanted }, page)).map(toPort)
  }

  async portgroup(ident: string): Promise<ListedPortgroup | undefined> {
    const [column, value] = identity(ident)
    const row = await selectPortgroups(this.engine.read).where(column, '=', value).executeTakeFirst()
    return row && toPortgroup(row)
  }

  async portgroups({ node_id, address }: PortgroupFilter, page: PageQuery): Promise<ListedPortgroup[]> {
    const every = selectPortgroups(this.engine.read)
    let wanted = every
    if (node_id !== undefined) wanted = wanted.where('node_id', '=', node_id)
    if (address !== undefined) wanted = wanted.where('address', '=', address)
    return (await readPage(this.engine, portgroups, { every, wanted }, page)).map(toPortgroup)
  }

  async traits(nodeIds: readonly number[]): Promise<Map<number, string[]>> {
    const found = new Map<number, string[]>()
    for (const ids of chunks([...nodeIds])) {
      const rows = await this.engine.read
        .selectFrom('node_traits')
        .select(['node_id', 'trait'])
        .where('node_id', 'in', ids)
        .execute()
      for (const [id, some] of Map.groupBy(rows, (row) => row.node_id)) {
        found.set(id, some.map((row) => row.trait).sort())
      }
    }
    return found
  }

  async history(nodeId: number, { limit, marker }: Pick<PageQuery, 'limit' | 'marker'>): Promise<HistoryRecord[]> {
    const table = { name: 'node_history', fields: historyFields } as const
    const every = selectHistory(this.engine.read)
    const wanted = every.where('node_id', '=', nodeId)
    const rows = await readPage(
      this.engine,
      table,
      { every, wanted },
      { limit, marker, sortKey: 'id', descending: true },
    )
    return rows.map((row) => readRecord<HistoryRecord>(historyFields, row))
  }

  async historyEntry(nodeId: number, uuid: string): Promise<HistoryRecord | undefined> {
    const query = selectHistory(this.engine.read).where('node_id', '=', nodeId).where('uuid', '=', uuid)
    const row = await query.executeTakeFirst()
    return row && readRecord<HistoryRecord>(historyFields, row)
  }

  async inventory(nodeId: number): Promise<InventoryRecord | undefined> {
    const row = await this.engine.read
      .selectFrom('node_inventory')
      .select(['inventory_data', 'plugin_data'])
      .where('node_id', '=', nodeId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!row) return undefined
    return { inventory_data: parseJsonColumn(row.inventory_data), plugin_data: parseJsonColumn(row.plugin_data) }
  }

  async offers(heartbeatTimeoutSeconds: number): Promise<(HardwareInterface & { hostname: string })[]> {
    const { read, dialect } = this.engine
    const rows = await read
      .selectFrom('conductor_hardware_interfaces as offer')
      .innerJoin('conductors', 'conductors.id', 'offer.conductor_id')
      .where('online', '=', dialect.boolean(true))
      .where('conductors.updated_at', '>=', dialect.secondsAgo(heartbeatTimeoutSeconds))
      .select(['hostname', 'hardware_type', 'interface_type', 'interface_name', 'offer.default as isDefault'])
      .orderBy('offer.id')
      .execute()
    return rows.map((row) => ({
      hostname: row.hostname,
      hardwareType: row.hardware_type,
      interfaceType: row.interface_type,
      interfaceName: row.interface_name,
      isDefault: Boolean(row.isDefault),
    }))
  }
}

/** The node with this value in a column that no two nodes share, on any connection. */
export async function readNode(
  db: Kysely<Tables>,
  column: 'id' | 'uuid' | 'name',
  value: string | number,
): Promise<NodeRecord | undefined> {
  const row = await selectNodes(db).where(column, '=', value).executeTakeFirst()
  return row && readRecord<NodeRecord>(nodeFields, row)
}

/** What of a port or portgroup is meant. A name may look like a MAC with hyphens, but has no colons. */
function identity(ident: string): ['uuid' | 'address' | 'name', string] {
  if (isCanonicalUuid(ident)) return ['uuid', ident]
  const address = ident.includes(':') ? parseMac(ident) : undefined
  return address ? ['address', address] : ['name', ident]
}

function selectNodes(db: Kysely<Tables>) {
  return db.selectFrom('nodes').select(columnsOf(nodeFields))
}

function selectHistory(db: Kysely<Tables>) {
  return db.selectFrom('node_history').select(columnsOf(historyFields))
}

// Subqueries rather than joins: they are asked for the rows of the page alone, whatever a planner takes the tables for.
function selectPorts(db: Kysely<Tables>) {
  return db
    .selectFrom('ports')
    .select(columnsOf(portFields))
    .select((eb) => [
      eb.selectFrom('nodes').select('nodes.uuid').whereRef('nodes.id', '=', 'ports.node_id').as('node_uuid'),
      eb
        .selectFrom('portgroups')
        .select('portgroups.uuid')
        .whereRef('portgroups.id', '=', 'ports.portgroup_id')
        .as('portgroup_uuid'),
    ])
}

function selectPortgroups(db: Kysely<Tables>) {
  return db
    .selectFrom('portgroups')
    .select(columnsOf(portgroupFields))
    .select((eb) =>
      eb.selectFrom('nodes').select('nodes.uuid').whereRef('nodes.id', '=', 'portgroups.node_id').as('node_uuid'),
    )
}

type Row<Select extends (db: Kysely<Tables>) => { execute(): Promise<unknown[]> }> = Awaited<
  ReturnType<ReturnType<Select>['execute']>
>[number]

function toPort(row: Row<typeof selectPorts>): ListedPort {
  return { ...readRecord(portFields, row), node_uuid: row.node_uuid ?? '', portgroup_uuid: row.portgroup_uuid }
}

function toPortgroup(row: Row<typeof selectPortgroups>): ListedPortgroup {
  return { ...readRecord(portgroupFields, row), node_uuid: row.node_uuid ?? '' }
}
