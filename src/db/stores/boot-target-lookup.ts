import { sql } from 'kysely'
import type { BootTarget } from '../../model/node.ts'
import type { Engine, Lookup } from '../engines/engine.ts'

/**
 * The boot path's one query: compiled once, and its row is the answer as it stands, as it is asked thousands of times
 * a second.
 */
export function bootTargetLookup(engine: Engine): Lookup<BootTarget> {
  const query = engine.read
    .selectFrom('ports')
    .innerJoin('nodes', 'nodes.id', 'ports.node_id')
    .where('ports.address', '=', '')
    .select([
      'nodes.uuid as nodeUuid',
      'nodes.name as nodeName',
      sql<string>`coalesce(${sql.ref('nodes.driver')}, '')`.as('driver'),
      'nodes.conductor_group as conductorGroup',
      'nodes.provision_state as provisionState',
    ])
    .compile()
  return engine.prepare<BootTarget>(query)
}
