import type { MysqlPoolConnection, MysqlQueryResult } from 'kysely'
import type { PoolConnection } from 'mysql2'
import { answerWithin, Overdue } from './mysql-deadline.ts'
import type { StatementDeadline } from './statement-deadline.ts'

type Answer = (error: unknown, result: MysqlQueryResult) => void

/** A connection as Kysely takes it, whose statements have a deadline, after which it is given up. */
export function boundedMysqlConnection(
  connection: PoolConnection,
  deadline: StatementDeadline,
  misled: { isMisled: (error: unknown) => boolean; onMisled: () => void },
): MysqlPoolConnection {
  let silent = false
  let isMisled = false
  const query = (sql: string, values: unknown, answer: Answer): void => {
    if (silent) {
      answer(new Overdue('an earlier answer on this connection was overdue'), [])
      return
    }
    answerWithin<unknown>(
      deadline.milliseconds(sql),
      connection,
      (answered) => connection.query(sql, values as unknown[], answered),
      (error, result) => {
        if (error instanceof Overdue) silent = true
        if (!isMisled && misled.isMisled(error)) {
          isMisled = true
          misled.onMisled()
        }
        answer(error, result as MysqlQueryResult)
      },
    )
  }
  return {
    config: connection.config,
    threadId: connection.threadId,
    connect: (callback) => connection.connect((error) => callback?.(error)),
    destroy: () => connection.destroy(),
    query: query as MysqlPoolConnection['query'],
    release: () => {
      if (isMisled) connection.destroy()
      else if (!silent) connection.release()
    },
  }
}
