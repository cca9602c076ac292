import { type Expression, expressionBuilder, type Kysely, type SqlBool } from 'kysely'
import type { ConductorSession } from '../../model/conductor.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { Tables } from '../tables.ts'

/**
 * The fence: a condition that holds while the session is alive. Its row stays locked until the write that it guards is
 * done, so that nobody can end the session in between: without that, a write that waits for its node's row would go by
 * what was true before it waited.
 */
export function sessionLives(dialect: Dialect, { hostname, token }: ConductorSession): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, never>()
  const row = eb
    .selectFrom('bootring_conductor_session as live')
    .select('live.id')
    .where('live.hostname', '=', hostname)
    .where('live.session', '=', token)
  return eb.exists(dialect.shareLock === undefined ? row : row.modifyEnd(dialect.shareLock))
}

/** The token of the session that bears this name now; undefined where none does. */
export async function currentToken(db: Kysely<Tables>, hostname: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('bootring_conductor_session')
    .select('session')
    .where('hostname', '=', hostname)
    .executeTakeFirst()
  return row?.session
}
