import type { Conductor, ConductorSession, HardwareInterface } from './conductor.ts'
import type { MacAddress } from './mac.ts'
import type { ManagementReader, ManagementWriter } from './management-stores.ts'
import type { BootNode, BootTarget, JsonObject, NodeState, NodeWithPorts } from './node.ts'
import type { NodeFinder } from './node-finder.ts'

/*
 * What the rest of bootring asks of a database. Every method may throw `DatabaseUnavailable`, which is never the same
 * as "nothing matched" (undefined, or an empty list).
 */

/** The boot path's question. */
export interface BootTargetStore {
  /** The node that owns this MAC, in one query on an indexed column; undefined when no port has it. */
  bootTarget(address: MacAddress): Promise<BootTarget | undefined>
}

/** The conductor's question when a machine boots. */
export interface BootNodeStore {
  /** By canonical lower-case UUID, in one query. */
  bootNode(uuid: string): Promise<BootNode | undefined>
}

/** What decides which boot files nodes have, and whose they are. */
export interface NodeStateStore {
  /** By canonical lower-case UUID; in no order, and without those that there are not. One query for every 500. */
  nodeStates(uuids: readonly string[]): Promise<NodeState[]>
}

/** Nodes, for reading. */
export interface NodeStore extends BootTargetStore, BootNodeStore, NodeStateStore {
  /** By canonical lower-case UUID. */
  node(uuid: string): Promise<NodeWithPorts | undefined>
  /** All nodes in id order, fetched in pages of `pageSize` (default 1000) so that 100,000 never lie in memory at once. */
  nodes(pageSize?: number): AsyncIterable<NodeWithPorts>
  /** Those for which `needsBootFiles` can be true, in id order, in pages. */
  nodesWithBootFiles(pageSize?: number): AsyncIterable<NodeWithPorts>
}

/** Membership, for reading. */
export interface ConductorReader {
  /**
   * All conductors, by host name. `alive` is decided against the database's own clock, or, in Ironic's database, as that
   * release of Ironic does it.
   */
  conductors(heartbeatTimeoutSeconds: number): Promise<Conductor[]>
}

/** What a heartbeat found: `gone` without a session of its own, `replaced` with another process's in its place. */
export type HeartbeatResult = 'alive' | 'gone' | 'replaced'

export interface RegisterOptions {
  /** The session's token; the same again where it is not known whether the last attempt went through. */
  token?: string
  /**
   * The session of this process that the new one follows. Then only a name that nobody has taken meanwhile is taken, else
   * `ConductorReplaced` is thrown; and who was draining goes on with it.
   */
  renewed?: ConductorSession | undefined
}

/** Membership. */
export interface ConductorStore extends ConductorReader {
  /**
   * Creates or revives the row, sets it online and its heartbeat to now, replaces its hardware interfaces, and begins a
   * session. That ends the session of whoever had the name before, and what it had reserved is free again.
   */
  register(
    hostname: string,
    conductorGroup: string,
    interfaces: HardwareInterface[],
    options?: RegisterOptions,
  ): Promise<ConductorSession>
  /** Sets `updated_at` to now where the session is alive, and says whether it is. */
  heartbeat(session: ConductorSession): Promise<HeartbeatResult>
  /** Ends the session: takes the row offline, removes its hardware interfaces, frees what it had reserved. Not where it was replaced. */
  unregister(session: ConductorSession): Promise<void>
  /**
   * Does the same to a conductor that is online and was not heard from for longer than the time-out. False where that
   * is not so (any more).
   */
  retire(hostname: string, heartbeatTimeoutSeconds: number): Promise<boolean>
  /** Has a conductor hand its nodes over, or keep them again. False where it has no session. */
  setDraining(hostname: string, draining: boolean): Promise<boolean>
}

/**
 * Exclusive tasks on nodes. Each write counts only while the session is alive: a conductor that was retired or replaced
 * meanwhile changes nothing, and is told by `ConductorReplaced`.
 */
export interface ReservationStore {
  /** Reserves a node, as Ironic does: by the holder's host name. Throws `NodeLocked` where it is held, `NodeNotFound`. */
  reserve(nodeUuid: string, session: ConductorSession): Promise<void>
  /** Writes a task's outcome, and ends its reservation in the same statement. Throws `NodeLocked` where it had none. */
  release(nodeUuid: string, session: ConductorSession, outcome?: TaskOutcome): Promise<void>
  /** Those of the nodes for which `needsBootFiles` can be true that this conductor was the last to take over. */
  takenOver(conductorId: number): Promise<Set<string>>
}

/** What an exclusive task leaves in its node's row. */
export interface TaskOutcome {
  /** The conductor that has prepared the node. */
  conductorAffinity?: number
}

/** One node as a fleet file names it; every field is set (defaults applied). */
export interface FleetNode {
  uuid: string | undefined
  name: string | undefined
  driver: string
  conductorGroup: string
  bootInterface: string | null
  deployInterface: string | null
  /** Only used when the node is created, unless the file names it: undefined keeps what the database has. */
  provisionState: string | undefined
  driverInfo: JsonObject
  instanceInfo: JsonObject
  properties: JsonObject
  extra: JsonObject
  ports: { address: MacAddress; pxeEnabled: boolean }[]
}

export type FleetAction = 'created' | 'changed' | 'unchanged' | 'removed'

export interface FleetChange {
  action: FleetAction
  uuid: string
  name: string | null
  /** Names of the fields that differ; for `changed` only. */
  fields: string[]
}

/** Loads a whole fleet in one transaction. */
export interface FleetStore {
  /**
   * Makes the database match `fleet`; nodes are matched by UUID, else by name, else by one of their MACs. Nothing is
   * changed when anything fails (throws `FleetConflict` naming the entry's index), or when `dryRun`. `onWritten` hears
   * how many of the rows that change are written.
   */
  apply(
    fleet: FleetNode[],
    options: { prune: boolean; dryRun: boolean; onWritten?: (done: number, total: number) => void },
  ): Promise<FleetChange[]>
}

/** What of a database can be counted without asking it. */
export interface DatabaseFigures {
  connections: { busy: number; idle: number }
  /** Questions that wait for a connection: of machines that boot, and all others. */
  waiting: { lookups: number; others: number }
  /** It has let a deadline pass without a word, and nobody is answered until it is back. */
  silent: boolean
}

/** What serving boot files takes of a database, bootring's own or Ironic's: nothing that changes it. */
export interface FleetDatabase {
  readonly nodes: NodeStore
  readonly conductors: ConductorReader
  /** For operators who look at the fleet. */
  readonly finder: NodeFinder
  /** Throws `SchemaOutdated` when migrations, `NotIronicsDatabase` when tables or columns of Ironic's, are missing. */
  checkSchema(): Promise<void>
  /** One cheap round trip; throws `DatabaseUnavailable`. */
  ping(): Promise<void>
  /** The database's own clock, to the second. */
  time(): Promise<Date>
  /** What its connections do; undefined of one without connections. */
  figures?(): DatabaseFigures | undefined
  close(): Promise<void>
}

/** bootring's own database: its stores and its life cycle. */
export interface Database extends FleetDatabase {
  readonly conductors: ConductorStore
  readonly reservations: ReservationStore
  readonly fleet: FleetStore
  readonly management: ManagementReader & ManagementWriter
  /**
   * Brings the schema up to date; safe to run twice, and from two hosts at once. The names of the migrations applied;
   * `onMigration` hears each before it is.
   */
  upgrade(onMigration?: (name: string) => void): Promise<string[]>
}

/** How far a node has come since its machine got a boot script, as Ironic has written it down. Times: milliseconds since 1970. */
export interface NodeProgress {
  uuid: string
  name: string | null
  /** null is what old releases stored for `available`. */
  provisionState: string | null
  /** When the state was last entered, or touched; by the clock of Ironic's conductor, in some engines to the second. */
  provisionUpdatedAt: number | null
  lastError: string | null
  /** When its agent last called, by the same clock. */
  agentHeartbeatAt: number | null
}

export interface NodeProgressReader {
  /** By canonical lower-case UUID; in no order, and without those that there are not. One query, so not too many of them. */
  progress(uuids: readonly string[]): Promise<NodeProgress[]>
}

/** The database of a running Ironic, which is never written to. */
export interface IronicDatabase extends FleetDatabase, NodeProgressReader {
  /** The releases whose schema this is, as the operator knows them, e.g. `23.0 to 24.0`, or `newer than 39.0`. */
  release(): Promise<string>
}
