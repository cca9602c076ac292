import type { ConductorSession, HardwareInterface } from './conductor.ts'
import type {
  HistoryRecord,
  InventoryRecord,
  NewHistoryEntry,
  NewNode,
  NewPort,
  NewPortgroup,
  NodeChanges,
  NodeRecord,
  PortChanges,
  PortgroupChanges,
  PortgroupRecord,
  PortRecord,
} from './records.ts'

/*
 * What managing nodes asks of a database: the API reads, conductors write. Every method may throw `DatabaseUnavailable`,
 * which is never the same as "nothing matched" (undefined, or an empty list).
 */

/** One page of a list. */
export interface PageQuery {
  /** At most so many. */
  limit: number
  /** UUID of the last row of the page before. Throws `InvalidParameter` where there is none such. */
  marker?: string | undefined
  /** A column that `sortableBy` of the resource names; ties by `id`, so that pages neither repeat nor lack a row. */
  sortKey: string
  descending: boolean
}

/** What has to hold of all nodes of a list. A member that is absent asks for nothing. */
export interface NodeFilter {
  uuids?: readonly string[]
  instance_uuid?: string
  /** Whether the node has an instance. */
  associated?: boolean
  maintenance?: boolean
  retired?: boolean
  provision_states?: readonly string[]
  driver?: string
  resource_class?: string
  conductor_group?: string
  fault?: string
  owner?: string
  lessee?: string
  /** Text that the description holds, in any case. */
  description_contains?: string
  shards?: readonly string[]
  sharded?: boolean
  parent_node?: string
  /** Nodes with a parent: left out where false. */
  include_children?: boolean
  /** With a greater `id`: for walks that go on where they were even where that row is gone, as a marker can't. */
  after_id?: number
  /** Held by anybody, or by nobody. */
  reserved?: boolean
  /** On its way to another state, as somebody has asked for; a node from a fleet file is in its state for good. */
  under_way?: true
  /** Something is noted down under `toDoKey`. Looks at all nodes for which the rest holds. */
  has_to_do?: true
  /** `provision_updated_at` is longer ago than so many seconds, by the database's clock. */
  provisioned_before_seconds?: number
}

export interface PortFilter {
  node_id?: number
  portgroup_id?: number
  addresses?: readonly string[]
  shards?: readonly string[]
}

export interface PortgroupFilter {
  node_id?: number
  address?: string
}

/** A port or a portgroup in a list: with what of its owners is shown. */
export type ListedPort = PortRecord & { node_uuid: string; portgroup_uuid: string | null }
export type ListedPortgroup = PortgroupRecord & { node_uuid: string }

/** What a list has of each node, whatever else it is asked for: what the ring is asked by. */
export const listedColumns = ['id', 'uuid', 'driver', 'conductor_group'] as const satisfies (keyof NodeRecord)[]

/** A node in a list: with the columns that were asked for. */
export type ListedNode = Pick<NodeRecord, (typeof listedColumns)[number]> & Partial<NodeRecord>

/** Everything that the REST API shows. */
export interface ManagementReader {
  /** By canonical UUID, or by name. */
  node(ident: string): Promise<NodeRecord | undefined>
  nodeById(id: number): Promise<NodeRecord | undefined>
  nodes(filter: NodeFilter, page: PageQuery): Promise<NodeRecord[]>
  /** The same with no more than these columns, and `listedColumns`. Whole rows are a hundred times as large. */
  nodes(filter: NodeFilter, page: PageQuery, columns: readonly (keyof NodeRecord)[] | undefined): Promise<ListedNode[]>
  /** By canonical UUID, address or name. */
  port(ident: string): Promise<ListedPort | undefined>
  ports(filter: PortFilter, page: PageQuery): Promise<ListedPort[]>
  portgroup(ident: string): Promise<ListedPortgroup | undefined>
  portgroups(filter: PortgroupFilter, page: PageQuery): Promise<ListedPortgroup[]>
  /** Of each node that has any, sorted. */
  traits(nodeIds: readonly number[]): Promise<Map<number, string[]>>
  /** Newest first. */
  history(nodeId: number, page: Omit<PageQuery, 'sortKey' | 'descending'>): Promise<HistoryRecord[]>
  historyEntry(nodeId: number, uuid: string): Promise<HistoryRecord | undefined>
  inventory(nodeId: number): Promise<InventoryRecord | undefined>
  /** What living conductors offer, with who offers it. */
  offers(heartbeatTimeoutSeconds: number): Promise<(HardwareInterface & { hostname: string })[]>
}

/** What is left behind together with a node's changes, in one transaction. */
export interface NodeWrite {
  changes?: NodeChanges
  /** Sets `provision_updated_at`, by the database's clock, as well. */
  provisioned?: boolean
  history?: readonly NewHistoryEntry[]
  /** Ends the reservation. */
  release?: boolean
  /** The conductor that has prepared the node. */
  conductor_affinity?: number
}

/**
 * Writes to nodes and to what belongs to them. Each counts only while the session is alive, and, but for creation, while
 * that session's conductor holds the node's reservation: `ConductorReplaced`, `NodeLocked`, `NodeNotFound` otherwise.
 * `Duplicate` names the field whose value another row has.
 */
export interface ManagementWriter {
  createNode(node: NewNode, session: ConductorSession): Promise<void>
  /** The row as it is afterwards. */
  writeNode(nodeUuid: string, session: ConductorSession, write: NodeWrite): Promise<NodeRecord>
  /** With all that belongs to it. */
  destroyNode(nodeUuid: string, session: ConductorSession): Promise<void>
  createPort(nodeUuid: string, session: ConductorSession, port: NewPort): Promise<void>
  writePort(nodeUuid: string, session: ConductorSession, portUuid: string, changes: PortChanges): Promise<void>
  destroyPort(nodeUuid: string, session: ConductorSession, portUuid: string): Promise<void>
  createPortgroup(nodeUuid: string, session: ConductorSession, portgroup: NewPortgroup): Promise<void>
  writePortgroup(
    nodeUuid: string,
    session: ConductorSession,
    portgroupUuid: string,
    changes: PortgroupChanges,
  ): Promise<void>
  destroyPortgroup(nodeUuid: string, session: ConductorSession, portgroupUuid: string): Promise<void>
  /** Replaces all of a node's traits. */
  setTraits(nodeUuid: string, session: ConductorSession, traits: readonly string[]): Promise<void>
  setInventory(nodeUuid: string, session: ConductorSession, inventory: InventoryRecord): Promise<void>
  /** Deletes each node's history but for the newest entries, whoever asks; how many went. */
  pruneHistory(maxEntriesPerNode: number): Promise<number>
}
