import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Translate } from '../translate.ts'
import type { Lookup } from './engine.ts'

// The statement is not there, is there already, or was made for another shape of the tables.
const preparedStatementTrouble = /^(26000|42P05|0A000)$/

/**
 * One query as a named statement, which each connection plans once: that halves its cost. Poolers that give each
 * transaction another server connection may lose such statements; after the first sign of that it goes without.
 * A query that takes longer than the time-out is given up, and its connection with it.
 */
export function preparedLookup<Row>(
  pool: Pool,
  text: string,
  timeoutSeconds: number,
  translate: Translate,
): Lookup<Row> {
  // Named after its text: a connection has each name only once.
  let name: string | undefined = `bootring-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  const ask = async (values: string[]): Promise<Row | undefined> => {
    const query = { text, values, query_timeout: timeoutSeconds * 1000, ...(name === undefined ? {} : { name }) }
    const { rows } = await pool.query(query)
    return rows[0] as Row | undefined
  }
  return async (...values) => {
    try {
      return await ask(values)
    } catch (error) {
      if (!isPreparedStatementTrouble(error)) throw translate(error)
    }
    name = undefined
    try {
      return await ask(values)
    } catch (error) {
      throw translate(error)
    }
  }
}

function isPreparedStatementTrouble(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    preparedStatementTrouble.test(error.code)
  )
}
