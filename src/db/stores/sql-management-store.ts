import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { ConductorSession } from '../../model/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { ManagementWriter, NodeWrite } from '../../model/management-stores.ts'
import type {
  InventoryRecord,
  NewHistoryEntry,
  NewNode,
  NewPort,
  NewPortgroup,
  NodeRecord,
  PortChanges,
  PortgroupChanges,
} from '../../model/records.ts'
import { nodeValues, portgroupValues, portValues, shortened } from '../records/written-values.ts'
import type { Tables } from '../tables.ts'
import { againWhileLost, inTransaction } from '../transaction.ts'
import { namingDuplicates } from './duplicate-value.ts'
import { holdNode, insertNode } from './held-node.ts'
import { pruneHistory } from './prune-history.ts'
import { readNode, SqlManagementReader } from './sql-management-reader.ts'

/** Nodes and what belongs to them, each write fenced by the session and the reservation of whoever writes. */
export class SqlManagementStore extends SqlManagementReader implements ManagementWriter {
  async createNode(node: NewNode, session: ConductorSession): Promise<void> {
    const { dialect, write } = this.engine
    const no = dialect.boolean(false)
    const values = {
      provision_state: 'enroll',
      maintenance: no,
      console_enabled: no,
      retired: no,
      ...nodeValues(node, dialect),
      uuid: node.uuid,
      created_at: dialect.now(),
    }
    await namingDuplicates(write, { table: 'nodes', uuid: node.uuid, isNew: true, values }, () =>
      againWhileLost(() => insertNode(write, dialect, session, values)),
    )
  }

  async writeNode(nodeUuid: string, session: ConductorSession, write: NodeWrite): Promise<NodeRecord> {
    const { dialect } = this.engine
    const { changes, provisioned, release, conductor_affinity, history = [] } = write
    const values = {
      ...(changes && nodeValues(changes, dialect)),
      ...((changes || provisioned) && { updated_at: dialect.now() }),
      ...(provisioned && { provision_updated_at: dialect.now() }),
      ...(release && { reservation: null }),
      ...(conductor_affinity !== undefined && { conductor_affinity }),
    }
    return await namingDuplicates(this.engine.write, { table: 'nodes', uuid: nodeUuid, isNew: false, values }, () =>
      this.#onNode(nodeUuid, session, async (trx, id) => {
        if (Object.keys(values).length > 0) await trx.updateTable('nodes').set(values).where('id', '=', id).execute()
        await this.#addHistory(trx, id, session.hostname, history)
        return await written(trx, nodeUuid)
      }),
    )
  }

  async destroyNode(nodeUuid: string, session: ConductorSession): Promise<void> {
    await this.#onNode(nodeUuid, session, async (trx, id) => {
      await trx.deleteFrom('ports').where('node_id', '=', id).execute()
      // All else that belongs to it goes with its row.
      await trx.deleteFrom('nodes').where('id', '=', id).execute()
    })
  }

  async createPort(nodeUuid: string, session: ConductorSession, port: NewPort): Promise<void> {
    const { dialect, write } = this.engine
    const values = {
      pxe_enabled: dialect.boolean(true),
      is_smartnic: dialect.boolean(false),
      ...portValues(port, dialect),
      uuid: port.uuid,
      address: port.address,
      created_at: dialect.now(),
    }
    await namingDuplicates(write, { table: 'ports', uuid: port.uuid, isNew: true, values }, () =>
      this.#onNode(nodeUuid, session, async (trx, node_id) => {
        await trx
          .insertInto('ports')
          .values({ ...values, node_id })
          .execute()
      }),
    )
  }

  async writePort(nodeUuid: string, session: ConductorSession, uuid: string, changes: PortChanges): Promise<void> {
    const { dialect, write } = this.engine
    const values = { ...portValues(changes, dialect), updated_at: dialect.now() }
    await namingDuplicates(write, { table: 'ports', uuid, isNew: false, values }, () =>
      this.#onNode(nodeUuid, session, async (trx, id) => {
        const port = trx.updateTable('ports').set(values).where('uuid', '=', uuid).where('node_id', '=', id)
        if ((await port.executeTakeFirst()).numUpdatedRows === 0n) throw noPort(nodeUuid, uuid)
      }),
    )
  }

  async destroyPort(nodeUuid: string, session: ConductorSession, uuid: string): Promise<void> {
    await this.#onNode(nodeUuid, session, async (trx, id) => {
      const port = trx.deleteFrom('ports').where('uuid', '=', uuid).where('node_id', '=', id)
      if ((await port.executeTakeFirst()).numDeletedRows === 0n) throw noPort(nodeUuid, uuid)
    })
  }

  async createPortgroup(nodeUuid: string, session: ConductorSession, portgroup: NewPortgroup): Promise<void> {
    const { dialect, write } = this.engine
    const values = {
      standalone_ports_supported: dialect.boolean(true),
      ...portgroupValues(portgroup, dialect),
      uuid: portgroup.uuid,
      created_at: dialect.now(),
    }
    await namingDuplicates(write, { table: 'portgroups', uuid: portgroup.uuid, isNew: true, values }, () =>
      this.#onNode(nodeUuid, session, async (trx, node_id) => {
        await trx
          .insertInto('portgroups')
          .values({ ...values, node_id })
          .execute()
      }),
    )
  }

  async writePortgroup(
    nodeUuid: string,
    session: ConductorSession,
    uuid: string,
    changes: PortgroupChanges,
  ): Promise<void> {
    const { dialect, write } = this.engine
    const values = { ...portgroupValues(changes, dialect), updated_at: dialect.now() }
    await namingDuplicates(write, { table: 'portgroups', uuid, isNew: false, values }, () =>
      this.#onNode(nodeUuid, session, async (trx, id) => {
        const portgroup = trx.updateTable('portgroups').set(values).where('uuid', '=', uuid).where('node_id', '=', id)
        if ((await portgroup.executeTakeFirst()).numUpdatedRows === 0n) throw noPortgroup(nodeUuid, uuid)
      }),
    )
  }

  async destroyPortgroup(nodeUuid: string, session: ConductorSession, uuid: string): Promise<void> {
    await this.#onNode(nodeUuid, session, async (trx, node_id) => {
      const portgroups = trx.selectFrom('portgroups').select('id').where('uuid', '=', uuid)
      const portgroup = await portgroups.where('node_id', '=', node_id).executeTakeFirst()
      if (!portgroup) throw noPortgroup(nodeUuid, uuid)
      const members = trx.selectFrom('ports').select('uuid').where('node_id', '=', node_id)
      const member = await members.where('portgroup_id', '=', portgroup.id).limit(1).executeTakeFirst()
      if (member) throw new BootringError('InvalidParameter', `portgroup ${uuid} has ports, e.g. ${member.uuid}`)
      await trx.deleteFrom('portgroups').where('id', '=', portgroup.id).execute()
    })
  }

  async setTraits(nodeUuid: string, session: ConductorSession, traits: readonly string[]): Promise<void> {
    const { dialect } = this.engine
    await this.#onNode(nodeUuid, session, async (trx, node_id) => {
      await trx.deleteFrom('node_traits').where('node_id', '=', node_id).execute()
      const rows = [...new Set(traits)].map((trait) => ({ node_id, trait, created_at: dialect.now() }))
      if (rows.length > 0) await trx.insertInto('node_traits').values(rows).execute()
    })
  }

  async setInventory(nodeUuid: string, session: ConductorSession, inventory: InventoryRecord): Promise<void> {
    const { dialect } = this.engine
    await this.#onNode(nodeUuid, session, async (trx, node_id) => {
      await trx.deleteFrom('node_inventory').where('node_id', '=', node_id).execute()
      await trx
        .insertInto('node_inventory')
        .values({
          node_id,
          inventory_data: JSON.stringify(inventory.inventory_data),
          plugin_data: JSON.stringify(inventory.plugin_data),
          created_at: dialect.now(),
        })
        .execute()
    })
  }

  async pruneHistory(maxEntriesPerNode: number): Promise<number> {
    return await pruneHistory(this.engine.write, maxEntriesPerNode)
  }

  /** One transaction with a node that this session has reserved. */
  async #onNode<T>(
    nodeUuid: string,
    session: ConductorSession,
    work: (trx: Transaction<Tables>, id: number) => Promise<T>,
  ): Promise<T> {
    return await inTransaction(this.engine, async (trx) =>
      work(trx, await holdNode(trx, this.engine.dialect, nodeUuid, session)),
    )
  }

  async #addHistory(
    trx: Transaction<Tables>,
    node_id: number,
    conductor: string,
    entries: readonly NewHistoryEntry[],
  ): Promise<void> {
    if (entries.length === 0) return
    const created_at = this.engine.dialect.now()
    const rows = entries.map(({ event, event_type, severity, user }) => ({
      uuid: randomUUID(),
      node_id,
      conductor,
      event: shortened(event),
      event_type,
      severity,
      user,
      created_at,
    }))
    await trx.insertInto('node_history').values(rows).execute()
  }
}

async function written(trx: Transaction<Tables>, uuid: string): Promise<NodeRecord> {
  const node = await readNode(trx, 'uuid', uuid)
  if (!node) throw new Error(`node ${uuid} vanished within the transaction that wrote it`)
  return node
}

function noPort(nodeUuid: string, uuid: string): BootringError {
  return new BootringError('PortNotFound', `node ${nodeUuid} has no port ${uuid}`)
}

function noPortgroup(nodeUuid: string, uuid: string): BootringError {
  return new BootringError('NotFound', `node ${nodeUuid} has no portgroup ${uuid}`)
}
