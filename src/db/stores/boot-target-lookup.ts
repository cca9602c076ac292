import { sql } from 'kysely'
import type { BootTarget } from '../../model/node.ts'
import type { Engine, Lookup } from '../engines/engine.ts'

/**
 * The boot path's one query: compiled once, and its row is the answer as it stands, as it is asked thousands of times
 * a second. A subquery rather than a join: PostgreSQL, while its statistics are older than a large fleet just loaded,
 * takes `nodes` for tiny and would join by reading all of it.
 */
export function bootTargetLookup(engine: Engine): Lookup<BootTarget> {
  const query = engine.read
    .selectFrom('nodes')
    .where('id', '=', (eb) => eb.selectFrom('ports').select('node_id').where('address', '=', ''))
    .select([
      'uuid as nodeUuid',
      'name as nodeName',
      sql<string>`coalesce(${sql.ref('driver')}, '')`.as('driver'),
      'conductor_group as conductorGroup',
      'provision_state as provisionState',
    ])
    .compile()
  return engine.prepare<BootTarget>(query)
}
