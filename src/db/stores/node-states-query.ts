import type { Kysely } from 'kysely'
import type { NodeState } from '../../model/node.ts'
import type { Tables } from '../tables.ts'

/** Few enough for any engine's limit of parameters. */
const uuidsAQuery = 500

/** The states of these nodes, without the large columns of theirs. */
export async function nodeStates(db: Kysely<Tables>, uuids: readonly string[]): Promise<NodeState[]> {
  const found: NodeState[] = []
  for (let start = 0; start < uuids.length; start += uuidsAQuery) {
    const rows = await db
      .selectFrom('nodes')
      .select([
        'uuid',
        'driver',
        'conductor_group as conductorGroup',
        'boot_interface as bootInterface',
        'deploy_interface as deployInterface',
        'provision_state as provisionState',
      ])
      .where('uuid', 'in', uuids.slice(start, start + uuidsAQuery))
      .execute()
    for (const row of rows) found.push({ ...row, driver: row.driver ?? '' })
  }
  return found
}
