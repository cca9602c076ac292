import type { MysqlPoolConnection, MysqlQueryResult } from 'kysely'
import type { PoolConnection, QueryError } from 'mysql2'
import type { StatementDeadline } from './statement-deadline.ts'

type Answer = (error: unknown, result: MysqlQueryResult) => void

/** Whether the server has not answered in time; then it may never do so, and the connection is of no use. */
export function isOverdue(error: QueryError | null): boolean {
  return error?.code === 'PROTOCOL_SEQUENCE_TIMEOUT'
}

/** A connection as Kysely takes it, whose statements have a deadline, after which it is given up. */
export function boundedMysqlConnection(connection: PoolConnection, deadline: StatementDeadline): MysqlPoolConnection {
  let silent = false
  const query = (sql: string, values: unknown, answer?: Answer): unknown => {
    if (silent) {
      answer?.(new Error('Connection terminated: an answer was overdue'), [])
      return undefined
    }
    const timeout = deadline.milliseconds(sql)
    return connection.query({ sql, values: values as unknown[], timeout }, (error, result) => {
      if (isOverdue(error)) {
        silent = true
        connection.destroy()
      }
      answer?.(error, result as MysqlQueryResult)
    })
  }
  return {
    config: connection.config,
    threadId: connection.threadId,
    connect: (callback) => connection.connect((error) => callback?.(error)),
    destroy: () => connection.destroy(),
    query: query as MysqlPoolConnection['query'],
    release: () => {
      if (!silent) connection.release()
    },
  }
}
