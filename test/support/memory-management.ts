import type { TaskStore } from '../../src/conductor/tasks/conductor-task.ts'
import type { ConductorSession } from '../../src/model/conductor.ts'
import { BootringError } from '../../src/model/errors.ts'
import type { NodeFilter } from '../../src/model/management-stores.ts'
import type { HistoryRecord, InventoryRecord, NodeRecord, PortRecord } from '../../src/model/records.ts'
import { aNodeRecord, aPortRecord } from './management-records.ts'

/** One node with its ports in memory: what a conductor's tasks ask of a database, without one. */
export class MemoryManagement implements TaskStore {
  row: NodeRecord & { reservation: string | null; conductor_affinity: number | null }
  portRows: PortRecord[]
  inventory: InventoryRecord | undefined
  readonly history: Pick<HistoryRecord, 'event' | 'event_type' | 'severity'>[] = []
  /** Thrown by the next write, once. */
  failure: Error | undefined

  constructor(node: Partial<NodeRecord> = {}, ports: Partial<PortRecord>[] = [{}]) {
    this.row = aNodeRecord(node)
    this.portRows = ports.map((port) => aPortRecord(port))
  }

  /** Events of the history, oldest first. */
  get events(): string[] {
    return this.history.map(({ event }) => event)
  }

  readonly reservations = {
    reserve: async (uuid: string, session: ConductorSession) => {
      if (uuid !== this.row.uuid) throw new BootringError('NodeNotFound', uuid)
      if (this.row.reservation !== null) throw new BootringError('NodeLocked', `reserved by ${this.row.reservation}`)
      this.row = { ...this.row, reservation: session.hostname }
    },
    release: async () => {
      this.row = { ...this.row, reservation: null }
    },
  }

  async node(uuid: string): Promise<NodeRecord | undefined> {
    return uuid === this.row.uuid ? this.row : undefined
  }

  async nodes({ provision_states, reserved, maintenance, fault }: NodeFilter): Promise<NodeRecord[]> {
    const { row } = this
    const fits =
      (provision_states?.includes(row.provision_state ?? '') ?? true) &&
      (reserved === undefined || reserved === (row.reservation !== null)) &&
      (maintenance === undefined || maintenance === row.maintenance) &&
      (fault === undefined || fault === row.fault)
    return fits ? [row] : []
  }

  async ports(): Promise<(PortRecord & { node_uuid: string; portgroup_uuid: null })[]> {
    return this.portRows.map((port) => ({ ...port, node_uuid: this.row.uuid, portgroup_uuid: null }))
  }

  async portgroups(): Promise<[]> {
    return []
  }

  writeNode: TaskStore['writeNode'] = async (_uuid, session, write) => {
    this.#failOnce()
    if (this.row.reservation !== session.hostname) throw new BootringError('NodeLocked', 'not reserved')
    const { changes, conductor_affinity, history = [], provisioned, release } = write
    this.history.push(...history)
    this.row = {
      ...this.row,
      ...changes,
      ...(provisioned ? { provision_updated_at: new Date() } : {}),
      ...(conductor_affinity === undefined ? {} : { conductor_affinity }),
      ...(release ? { reservation: null } : {}),
    }
    return this.row
  }

  createPort: TaskStore['createPort'] = async (_uuid, _session, port) => {
    this.#failOnce()
    this.portRows = [...this.portRows, aPortRecord({ ...port, id: this.portRows.length + 1 })]
  }

  writePort: TaskStore['writePort'] = async (_node, _session, uuid, changes) => {
    this.#failOnce()
    this.portRows = this.portRows.map((port) => (port.uuid === uuid ? { ...port, ...changes } : port))
  }

  setInventory: TaskStore['setInventory'] = async (_uuid, _session, inventory) => {
    this.inventory = inventory
  }

  createNode = unused
  destroyNode = unused
  destroyPort = unused
  createPortgroup = unused
  writePortgroup = unused
  destroyPortgroup = unused
  setTraits = unused
  pruneHistory = unused

  #failOnce(): void {
    const { failure } = this
    this.failure = undefined
    if (failure) throw failure
  }
}

async function unused(): Promise<never> {
  throw new Error('not a part of this fake')
}
