import type { PoolConnection, QueryError } from 'mysql2'

type Answer<T> = (error: QueryError | null, result: T) => void

/** A server that has not answered in time may never do so: its connection is of no use any more. */
export class Overdue extends Error {
  readonly code = 'PROTOCOL_SEQUENCE_TIMEOUT'
}

/**
 * Sends a statement, and destroys the connection when it is not answered in time. The driver's own time-out knows
 * nothing of the preparation of a statement.
 */
export function answerWithin<T>(
  milliseconds: number,
  connection: PoolConnection,
  send: (answer: Answer<T>) => void,
  answer: (error: unknown, result: T | undefined) => void,
): void {
  let overdue = false
  const timer = setTimeout(() => {
    overdue = true
    connection.destroy()
    answer(new Overdue(`no answer within ${milliseconds / 1000} s`), undefined)
  }, milliseconds)
  // A connection that was broken off answers nobody, and is nothing to stay for: as long as there is one, it keeps the process.
  timer.unref()
  send((error, result) => {
    if (overdue) return
    clearTimeout(timer)
    answer(error, result)
  })
}
