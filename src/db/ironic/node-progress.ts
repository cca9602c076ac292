import type { Kysely } from 'kysely'
import type { NodeProgress } from '../../model/stores.ts'
import { parseJsonColumn } from '../json-column.ts'
import type { NodesTable, Tables } from '../tables.ts'
import { parseUtcTime } from '../utc-time.ts'

/** All that is read of `nodes` here. */
export const progressColumns = [
  'uuid',
  'name',
  'provision_state',
  'provision_updated_at',
  'last_error',
  'driver_internal_info',
] as const satisfies readonly (keyof NodesTable)[]

/** How far these nodes have come. */
export async function nodeProgress(db: Kysely<Tables>, uuids: readonly string[]): Promise<NodeProgress[]> {
  const rows = await db.selectFrom('nodes').select(progressColumns).where('uuid', 'in', uuids).execute()
  return rows.map((row) => {
    // Set by Ironic with each call of an agent, in all releases from 21.0 to 39.0.
    const { agent_last_heartbeat: heartbeat } = parseJsonColumn(row.driver_internal_info)
    return {
      uuid: row.uuid,
      name: row.name,
      provisionState: row.provision_state,
      provisionUpdatedAt: parseUtcTime(row.provision_updated_at)?.getTime() ?? null,
      lastError: row.last_error,
      agentHeartbeatAt: typeof heartbeat === 'string' ? (parseUtcTime(heartbeat)?.getTime() ?? null) : null,
    }
  })
}
