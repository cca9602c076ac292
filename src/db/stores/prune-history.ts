import type { Kysely } from 'kysely'
import type { Tables } from '../tables.ts'
import { againWhileLost } from '../transaction.ts'

/** So that no statement takes long, however large the fleet. */
const nodesAtOnce = 1000

/** Deletes each node's history but for its newest entries; how many went. Safe from several hosts at once. */
export async function pruneHistory(db: Kysely<Tables>, maxEntriesPerNode: number): Promise<number> {
  let deleted = 0
  for (let after = 0; ; ) {
    const nodes = db.selectFrom('nodes').select('id').where('id', '>', after).orderBy('id').limit(nodesAtOnce)
    const last = (await nodes.execute()).at(-1)
    if (!last) return deleted
    const full = await db
      .selectFrom('node_history')
      .select('node_id')
      .where('node_id', '>', after)
      .where('node_id', '<=', last.id)
      .groupBy('node_id')
      .having((eb) => eb.fn.countAll(), '>', maxEntriesPerNode)
      .execute()
    for (const { node_id } of full) deleted += await pruneNode(db, node_id as number, maxEntriesPerNode)
    after = last.id
  }
}

async function pruneNode(db: Kysely<Tables>, nodeId: number, maxEntries: number): Promise<number> {
  const ofNode = db.selectFrom('node_history').select('id').where('node_id', '=', nodeId)
  const tooOld = await ofNode.orderBy('id', 'desc').limit(1).offset(maxEntries).executeTakeFirst()
  if (!tooOld) return 0
  const { numDeletedRows } = await againWhileLost(() =>
    db.deleteFrom('node_history').where('node_id', '=', nodeId).where('id', '<=', tooOld.id).executeTakeFirst(),
  )
  return Number(numDeletedRows)
}
