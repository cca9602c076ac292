import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { StatementDeadline } from './statement-deadline.ts'

export interface BoundedPoolOptions {
  /** How long a connection, and a statement outside of transactions, may be waited for. */
  timeoutSeconds: number
  /** Whether an error says that the connection leads to the wrong server. */
  isMisled: (error: unknown) => boolean
  /** Was met on a connection, which is given up; others are likely to lead there too. */
  onMisled: () => void
}

/** A pool as Kysely takes it, whose statements have a deadline, after which their connection is given up. */
export function boundedPostgresqlPool(pool: Pool, options: BoundedPoolOptions): PostgresPool {
  return {
    options: pool.options,
    connect: async () => boundedClient(await connectWithin(pool, options.timeoutSeconds), options),
    end: () => pool.end(),
  }
}

/** The pool's own time-out is the same for everybody. */
function connectWithin(pool: Pool, seconds: number): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    let overdue = false
    const timer = setTimeout(() => {
      overdue = true
      reject(Object.assign(new Error(`no free connection within ${seconds} s`), { code: 'POOL_TIMEOUT' }))
    }, seconds * 1000)
    pool.connect().then(
      (client) => {
        clearTimeout(timer)
        // Nobody waits for it any more.
        if (overdue) client.release()
        else resolve(client)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

function boundedClient(client: PoolClient, options: BoundedPoolOptions): PostgresPoolClient {
  const deadline = new StatementDeadline(options.timeoutSeconds)
  let silent = false
  let misled = false
  const query = async (text: unknown, values: unknown[]): Promise<unknown> => {
    if (typeof text !== 'string') throw new TypeError('cursors are not supported')
    // The answer to the statement that was given up may still come, and would be taken for that of the next one.
    if (silent) throw new Error('Connection terminated: an answer was overdue')
    try {
      return await client.query({ text, values, query_timeout: deadline.milliseconds(text) } as unknown as string)
    } catch (error) {
      if (error instanceof Error && error.message === 'Query read timeout') silent = true
      if (!misled && options.isMisled(error)) {
        misled = true
        options.onMisled()
      }
      throw error
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy || silent || misled),
  }
}
