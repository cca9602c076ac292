import type { MysqlPool } from 'kysely'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2'
import { boundedMysqlConnection } from './bounded-mysql-connection.ts'
import { answerWithin, Overdue } from './mysql-deadline.ts'
import { StatementDeadline } from './statement-deadline.ts'

type Acquired = (error: unknown, connection: PoolConnection | undefined) => void
type Callback = Parameters<MysqlPool['getConnection']>[0]

export interface PatientPoolOptions {
  timeoutSeconds: number
  /** Run on each new connection before anything else; a connection on which it fails is never used. */
  firstStatement: string | undefined
}

/** A mysql2 pool that waits for a free connection, and for the answers on it, only so long: mysql2 itself waits for ever. */
export class PatientPool {
  readonly #pool: Pool
  readonly #timeoutSeconds: number
  readonly #firstStatement: string | undefined
  readonly #ready = new WeakSet<PoolConnection>()
  #closed = false

  constructor(pool: Pool, options: PatientPoolOptions) {
    this.#pool = pool
    this.#timeoutSeconds = options.timeoutSeconds
    this.#firstStatement = options.firstStatement
  }

  /** As Kysely takes it; a statement without `deadlines` may take as long as it will. */
  forKysely({ deadlines }: { deadlines: boolean }): MysqlPool {
    const wrap = (connection: PoolConnection) =>
      deadlines ? boundedMysqlConnection(connection, new StatementDeadline(this.#timeoutSeconds)) : connection
    return {
      getConnection: (callback) =>
        this.#acquire((error, connection) =>
          callback(error, (connection && wrap(connection)) as Parameters<Callback>[1]),
        ),
      end: (callback) => this.#end(callback),
    }
  }

  /** The first row of one query, which may take as long as waiting for a connection may. */
  queryFirst(sql: string, values: string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#acquire((error, connection) => {
        if (error || !connection) return reject(error)
        answerWithin<RowDataPacket[]>(
          this.#timeoutSeconds * 1000,
          connection,
          (answer) => connection.execute<RowDataPacket[]>(sql, values, answer),
          (failure, rows) => {
            if (!(failure instanceof Overdue)) connection.release()
            if (failure) reject(failure)
            else resolve(rows?.[0])
          },
        )
      })
    })
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve, reject) => this.#end((error) => (error ? reject(error) : resolve())))
  }

  #end(callback: (error: unknown) => void): void {
    this.#closed = true
    this.#pool.end(callback)
  }

  #acquire(callback: Acquired): void {
    let answered = false
    const timer = setTimeout(() => {
      answered = true
      const error = new Error(`no free connection within ${this.#timeoutSeconds} s`)
      callback(Object.assign(error, { code: 'POOL_TIMEOUT' }), undefined)
    }, this.#timeoutSeconds * 1000)
    this.#connection((error, connection) => {
      if (answered) {
        // Nobody waits for it any more.
        connection?.release()
        return
      }
      clearTimeout(timer)
      callback(error, connection)
    })
  }

  #connection(callback: Acquired): void {
    this.#pool.getConnection((error, connection) => {
      const statement = this.#firstStatement
      if (error || statement === undefined || this.#ready.has(connection)) return callback(error, connection)
      answerWithin<unknown>(
        this.#timeoutSeconds * 1000,
        connection,
        (answer) => connection.query(statement, answer),
        (failure) => {
          if (failure) {
            connection.destroy()
            return callback(failure, undefined)
          }
          this.#ready.add(connection)
          callback(null, connection)
        },
      )
    })
  }
}
