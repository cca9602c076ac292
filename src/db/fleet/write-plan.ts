import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'
import type { Tables } from '../tables.ts'
import { chunks } from './chunks.ts'
import type { FleetPlan, NodePlan, NodeValues } from './fleet-plan.ts'

// About 30 parameters a row, and rows of several kilobytes: small enough for every engine's limits.
const rowsPerInsert = 200

/** Carries a plan out. What is given up goes first, so that names and MACs may change hands within the fleet. */
export async function writePlan(
  trx: Transaction<Tables>,
  dialect: Dialect,
  plan: FleetPlan,
  onWritten: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  const wrote = counter(plan, onWritten)
  const ids = plan.removed.map((node) => node.id)
  for (const some of chunks(ids)) await trx.deleteFrom('ports').where('node_id', 'in', some).execute()
  for (const some of chunks(ids)) await trx.deleteFrom('nodes').where('id', 'in', some).execute()
  const stale = plan.nodes.flatMap((node) => node.ports.removed.map((port) => port.id))
  for (const some of chunks(stale)) await trx.deleteFrom('ports').where('id', 'in', some).execute()

  const renamed = plan.nodes.flatMap(({ existing, values }) =>
    existing && existing.name !== null && values.name !== undefined ? existing.id : [],
  )
  for (const some of chunks(renamed)) {
    await trx.updateTable('nodes').set({ name: null }).where('id', 'in', some).execute()
  }
  for (const node of plan.nodes) wrote(await changeNode(trx, dialect, node))
  const created = plan.nodes.filter((node) => !node.existing)
  for (const some of chunks(created, rowsPerInsert)) wrote(await insertNodes(trx, dialect, some))

  const idOf = await nodeIds(trx, plan.nodes)
  await writePorts(trx, dialect, plan.nodes, idOf, wrote)
}

/** Adds up the rows of nodes and ports, as they are written. */
function counter({ nodes }: FleetPlan, onWritten: (done: number, total: number) => void): (rows: number) => void {
  const total = nodes.reduce(
    (sum, node) =>
      sum + (changes(node) || !node.existing ? 1 : 0) + node.ports.changed.length + node.ports.added.length,
    0,
  )
  let done = 0
  return (rows) => {
    if (rows === 0) return
    done += rows
    onWritten(done, total)
  }
}

const changes = ({ existing, values }: NodePlan): boolean => existing !== undefined && Object.keys(values).length > 0

/** How many rows it has written. */
async function changeNode(trx: Transaction<Tables>, dialect: Dialect, node: NodePlan): Promise<number> {
  const { existing, values } = node
  if (!existing || !changes(node)) return 0
  await trx
    .updateTable('nodes')
    .set({
      ...values,
      updated_at: dialect.now(),
      ...(values.provision_state === undefined ? {} : { provision_updated_at: dialect.now() }),
    })
    .where('id', '=', existing.id)
    .execute()
  return 1
}

async function insertNodes(trx: Transaction<Tables>, dialect: Dialect, nodes: NodePlan[]): Promise<number> {
  const no = dialect.boolean(false)
  await trx
    .insertInto('nodes')
    .values(
      nodes.map(({ uuid, values }) => ({
        ...(values as NodeValues),
        uuid,
        driver_internal_info: '{}',
        maintenance: no,
        console_enabled: no,
        protected: no,
        retired: no,
        created_at: dialect.now(),
        provision_updated_at: dialect.now(),
      })),
    )
    .execute()
  return nodes.length
}

/** The database's own number of each node, by UUID. */
async function nodeIds(trx: Transaction<Tables>, nodes: NodePlan[]): Promise<Map<string, number>> {
  const ids = new Map(nodes.flatMap(({ uuid, existing }) => (existing ? [[uuid, existing.id] as const] : [])))
  for (const some of chunks(nodes.filter((node) => !node.existing).map((node) => node.uuid))) {
    const rows = await trx.selectFrom('nodes').select(['id', 'uuid']).where('uuid', 'in', some).execute()
    for (const row of rows) ids.set(row.uuid, row.id)
  }
  return ids
}

async function writePorts(
  trx: Transaction<Tables>,
  dialect: Dialect,
  nodes: NodePlan[],
  ids: Map<string, number>,
  wrote: (rows: number) => void,
): Promise<void> {
  for (const { uuid, ports } of nodes) {
    for (const port of ports.changed) {
      await trx
        .updateTable('ports')
        .set({
          node_id: ids.get(uuid) as number,
          pxe_enabled: dialect.boolean(port.pxeEnabled),
          // Its portgroup stays with the node that it leaves.
          ...(port.moved ? { portgroup_id: null } : {}),
          updated_at: dialect.now(),
        })
        .where('id', '=', port.id)
        .execute()
      wrote(1)
    }
  }
  const added = nodes.flatMap(({ uuid, ports }) =>
    ports.added.map((port) => ({
      uuid: randomUUID(),
      address: port.address,
      node_id: ids.get(uuid) as number,
      pxe_enabled: dialect.boolean(port.pxeEnabled),
      is_smartnic: dialect.boolean(false),
      extra: '{}',
      created_at: dialect.now(),
    })),
  )
  for (const some of chunks(added, rowsPerInsert)) {
    await trx.insertInto('ports').values(some).execute()
    wrote(some.length)
  }
}
