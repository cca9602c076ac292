import { type Kysely, sql, type Transaction } from 'kysely'
import type { ConductorSession } from '../../model/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { Tables } from '../tables.ts'
import { currentToken, sessionLives } from './live-session.ts'

/**
 * The key of a node that this session has reserved; its row and the session's stay as they are until the transaction
 * ends. Throws `ConductorReplaced`, `NodeLocked` or `NodeNotFound`.
 */
export async function holdNode(
  trx: Transaction<Tables>,
  dialect: Dialect,
  nodeUuid: string,
  session: ConductorSession,
): Promise<number> {
  const query = trx
    .selectFrom('nodes')
    .select('id')
    .where('uuid', '=', nodeUuid)
    .where('reservation', '=', session.hostname)
    .where(sessionLives(dialect, session))
  const row = await (dialect.supportsRowLocks ? query.forUpdate() : query).executeTakeFirst()
  if (!row) throw await refusal(trx, nodeUuid, session)
  return row.id
}

/**
 * Inserts a node while the session lives, in one statement: the row of the session is where the new one is selected from.
 * Throws `ConductorReplaced`.
 */
export async function insertNode(
  db: Kysely<Tables>,
  dialect: Dialect,
  session: ConductorSession,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into nodes (${sql.join(Object.keys(values).map((column) => sql.ref(column)))})
    select ${sql.join(Object.values(values))} from bootring_conductor_session as live
    where live.hostname = ${session.hostname} and live.session = ${session.token} ${dialect.shareLock ?? sql``}
  `.execute(db)
  if (numAffectedRows !== 1n) throw replaced(session)
}

/**
 * Why nothing was changed. The session first: without one, whatever else stands there is nothing to the caller. `db` is
 * the connection that writes: on SQLite, the other one may still see what was true before.
 */
export async function refusal(db: Kysely<Tables>, nodeUuid: string, session: ConductorSession): Promise<BootringError> {
  if ((await currentToken(db, session.hostname)) !== session.token) return replaced(session)
  const node = await db.selectFrom('nodes').select('reservation').where('uuid', '=', nodeUuid).executeTakeFirst()
  if (!node) return new BootringError('NodeNotFound', `no node has the UUID ${JSON.stringify(nodeUuid)}`)
  const holder = node.reservation === null ? 'nobody any more' : `conductor ${node.reservation}`
  return new BootringError('NodeLocked', `node ${nodeUuid} is reserved by ${holder}`)
}

function replaced({ hostname }: ConductorSession): BootringError {
  return new BootringError('ConductorReplaced', `conductor ${hostname} has lost its session`)
}
