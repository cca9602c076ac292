import type { Hardware, NodeTask, TaskChanges } from '../../drivers/interfaces.ts'
import type { ConductorSession } from '../../model/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { ManagementReader, ManagementWriter, NodeWrite } from '../../model/management-stores.ts'
import type { ProvisionState } from '../../model/provision-states.ts'
import type {
  NewHistoryEntry,
  NewPort,
  NodeRecord,
  PortChanges,
  PortgroupChanges,
  PortgroupRecord,
  PortRecord,
} from '../../model/records.ts'
import { applyEvent, isFailure, type ProvisionEvent, provisionStateOf } from '../../model/transitions.ts'
import type { Logger } from '../../observe/logger.ts'
import type { CallContext } from '../../rpc/contract.ts'
import type { Hold } from './hold.ts'

/** What tasks ask of a database. */
export type TaskStore = Pick<ManagementReader, 'node' | 'ports' | 'portgroups'> & ManagementWriter

export interface TaskSurroundings {
  store: TaskStore
  /** Throws `DriverNotFound` or `InterfaceNotFound`. */
  hardwareOf(node: NodeRecord): Hardware
  /** Whether `node_history` is written. */
  keepsHistory: boolean
  /** Hears of each change of a provision state, once it is written. */
  onTransition?: ((transition: Transition) => void) | undefined
  log: Logger
}

/** A node has changed its provision state. */
export interface Transition {
  node: NodeRecord
  from: string
  to: ProvisionState
  event: ProvisionEvent
  requestId: string | null
}

/** What is written of a node within a task; states are not among it. */
export type TaskWrite = Omit<NodeWrite, 'changes'> & { changes?: TaskChanges }

/** What goes into the row together with a change of state. */
export type TransitionWrite = Omit<TaskWrite, 'provisioned'> & {
  /** In place of the new state's own target: `applyEvent`. */
  target?: ProvisionState
}

export interface NodeRows {
  node: NodeRecord
  ports: PortRecord[]
  portgroups: PortgroupRecord[]
}

/** An exclusive task on one node, as conductors work on it. */
export class ConductorTask implements NodeTask {
  readonly context: CallContext
  readonly #hold: Hold
  readonly #surroundings: TaskSurroundings
  #rows: NodeRows
  #hardware: { of: NodeRecord; is: Hardware } | undefined

  constructor(hold: Hold, rows: NodeRows, context: CallContext, surroundings: TaskSurroundings) {
    this.context = context
    this.#hold = hold
    this.#rows = rows
    this.#surroundings = surroundings
  }

  get node(): NodeRecord {
    return this.#rows.node
  }

  get ports(): readonly PortRecord[] {
    return this.#rows.ports
  }

  get portgroups(): readonly PortgroupRecord[] {
    return this.#rows.portgroups
  }

  /** Of the row as it is now. Throws `DriverNotFound` or `InterfaceNotFound`. */
  get hardware(): Hardware {
    if (this.#hardware?.of !== this.node) {
      this.#hardware = { of: this.node, is: this.#surroundings.hardwareOf(this.node) }
    }
    return this.#hardware.is
  }

  get signal(): AbortSignal {
    return this.#hold.signal
  }

  /** With the node and the request in each line. */
  get log(): Logger {
    return this.#surroundings.log.child({
      node: this.node.uuid,
      requestId: this.context.requestId,
      ...traceOf(this.context),
    })
  }

  /** Key of the conductor that works. */
  get conductorId(): number {
    return this.#hold.conductorId
  }

  async update(changes: TaskChanges): Promise<void> {
    await this.save({ changes })
  }

  async updatePort(portUuid: string, changes: PortChanges): Promise<void> {
    await this.write((store, session) => store.writePort(this.node.uuid, session, portUuid, changes))
    await this.reload()
  }

  async updatePortgroup(portgroupUuid: string, changes: PortgroupChanges): Promise<void> {
    await this.write((store, session) => store.writePortgroup(this.node.uuid, session, portgroupUuid, changes))
    await this.reload()
  }

  async createPort(port: NewPort): Promise<void> {
    await this.write((store, session) => store.createPort(this.node.uuid, session, port))
    await this.reload()
  }

  /** Writes to the row, with what goes into the same transaction. */
  async save(write: TaskWrite): Promise<void> {
    await this.#write(write)
  }

  /** Changes the provision state by the table, in the row, the history and the log. Throws `InvalidStateRequested`. */
  async transition(event: ProvisionEvent, { target, ...write }: TransitionWrite = {}): Promise<void> {
    const from = provisionStateOf(this.node)
    const change = applyEvent(this.node, event, target)
    const { provision_state: to, target_provision_state: towards } = change
    const aim = towards === null ? '' : `, on its way to "${towards}"`
    const entry: NewHistoryEntry = {
      event_type: 'transition',
      severity: isFailure(to) ? 'ERROR' : 'INFO',
      event: `Moved from state "${from}" to "${to}" by "${event}"${aim}`,
      user: null,
    }
    await this.#write({
      ...write,
      changes: { ...write.changes, ...change },
      provisioned: true,
      history: [...(write.history ?? []), entry],
    })
    const fields = { from, to, event, target: towards, lastError: this.node.last_error ?? undefined }
    this.log[isFailure(to) ? 'error' : 'info'](fields, 'the node has changed its provision state')
    const requestId = this.context.requestId ?? null
    this.#surroundings.onTransition?.({ node: this.node, from, to, event, requestId })
  }

  /**
   * Writes by the store itself, under the reservation. Afterwards `reload` where the node's row or its ports have
   * changed, or `end` where the reservation went with it.
   */
  async write<T>(work: (store: ManagementWriter, session: ConductorSession) => Promise<T>): Promise<T> {
    return await this.#hold.write((session) => work(this.#surroundings.store, session))
  }

  /** Reads node, ports and portgroups anew. */
  async reload(): Promise<void> {
    this.#rows = await readRows(this.#surroundings.store, this.node.uuid)
  }

  /** Says that a write has ended the reservation as well: the node was deleted, say. */
  end(): void {
    this.#hold.end()
  }

  async #write({ history, ...write }: NodeWrite): Promise<void> {
    const kept = this.#surroundings.keepsHistory && history !== undefined ? { history } : {}
    const { uuid } = this.node
    this.#rows = {
      ...this.#rows,
      node: await this.write((store, session) => store.writeNode(uuid, session, { ...write, ...kept })),
    }
    if (write.release) this.#hold.end()
  }
}

/** More than any machine has. */
const all = { limit: 10_000, sortKey: 'id', descending: false }

/** Throws `NodeNotFound`. */
export async function readRows(store: TaskStore, nodeUuid: string): Promise<NodeRows> {
  const node = await store.node(nodeUuid)
  if (!node) throw new BootringError('NodeNotFound', `Node ${nodeUuid} could not be found.`)
  const [ports, portgroups] = await Promise.all([
    store.ports({ node_id: node.id }, all),
    store.portgroups({ node_id: node.id }, all),
  ])
  return { node, ports, portgroups }
}

/** For the log. */
function traceOf({ trace }: CallContext): { traceId?: string } {
  return trace === undefined ? {} : { traceId: trace.traceId }
}
