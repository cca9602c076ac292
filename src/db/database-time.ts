import { sql } from 'kysely'
import type { Engine } from './engines/engine.ts'
import { parseUtcTime } from './utc-time.ts'

/** The database's own clock, to the second: engines write more in ways of their own. */
export async function databaseTime({ dialect, prompt }: Pick<Engine, 'dialect' | 'prompt'>): Promise<Date> {
  const { rows } = await sql<{ now: unknown }>`select ${dialect.now()} as now`.execute(prompt)
  const now = rows[0]?.now
  const time = parseUtcTime(String(now).slice(0, 19))
  if (time === null) throw new Error(`the database's clock says ${JSON.stringify(now)}`)
  return time
}
