import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Lookup } from './engine.ts'
import type { LookupGate } from './lookup-gate.ts'

// The statement is not there, is there already, or was made for another shape of the tables.
const preparedStatementTrouble = /^(26000|42P05|0A000)$/

/**
 * One query as a named statement, which each connection plans once: that halves its cost. Poolers that give each
 * transaction another server connection may lose such statements; after the first sign of that it goes without.
 * A query that takes longer than the gate allows is given up, and its connection with it.
 */
export function preparedLookup<Row>(pool: Pool, text: string, gate: LookupGate): Lookup<Row> {
  // Named after its text: a connection has each name only once.
  let name: string | undefined = `bootring-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  const ask = async (values: string[], milliseconds: number): Promise<Row | undefined> => {
    const query = { text, values, query_timeout: milliseconds, ...(name === undefined ? {} : { name }) }
    const { rows } = await pool.query(query)
    return rows[0] as Row | undefined
  }
  return (...values) =>
    gate.run(async (milliseconds) => {
      try {
        return await ask(values, milliseconds)
      } catch (error) {
        if (!isPreparedStatementTrouble(error)) throw error
      }
      name = undefined
      return await ask(values, milliseconds)
    })
}

function isPreparedStatementTrouble(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    preparedStatementTrouble.test(error.code)
  )
}
