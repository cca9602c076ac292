import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { StatementDeadline } from './statement-deadline.ts'

/** A pool as Kysely takes it, whose statements have a deadline, after which their connection is given up. */
export function boundedPostgresqlPool(pool: Pool, timeoutSeconds: number): PostgresPool {
  return {
    options: pool.options,
    connect: async () => boundedClient(await pool.connect(), new StatementDeadline(timeoutSeconds)),
    end: () => pool.end(),
  }
}

function boundedClient(client: PoolClient, deadline: StatementDeadline): PostgresPoolClient {
  let silent = false
  const query = async (text: unknown, values: unknown[]): Promise<unknown> => {
    if (typeof text !== 'string') throw new TypeError('cursors are not supported')
    // The answer to the statement that was given up may still come, and would be taken for that of the next one.
    if (silent) throw new Error('Connection terminated: an answer was overdue')
    try {
      return await client.query({ text, values, query_timeout: deadline.milliseconds(text) } as unknown as string)
    } catch (error) {
      if (error instanceof Error && error.message === 'Query read timeout') silent = true
      throw error
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy || silent),
  }
}
