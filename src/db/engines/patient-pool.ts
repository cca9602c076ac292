import type { MysqlPool, MysqlPoolConnection } from 'kysely'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2'
import { boundedMysqlConnection } from './bounded-mysql-connection.ts'
import { farewellSeconds } from './engine.ts'
import { answerWithin, Overdue } from './mysql-deadline.ts'
import { StatementDeadline } from './statement-deadline.ts'

type Acquired = (error: unknown, connection: PoolConnection | undefined) => void
type Callback = Parameters<MysqlPool['getConnection']>[0]

export interface PatientPoolOptions {
  timeoutSeconds: number
  /** Whether an error says that its connection leads to the wrong server: it is given up, and with it those that are idle. */
  isMisled: (error: unknown) => boolean
  /** Run on each new connection before anything else; a connection on which it fails is never used. */
  firstStatement: string | undefined
}

/** A mysql2 pool that waits for a free connection, and for the answers on it, only so long: mysql2 itself waits for ever. */
export class PatientPool {
  readonly #pool: Pool
  readonly #timeoutSeconds: number
  readonly #isMisled: (error: unknown) => boolean
  readonly #firstStatement: string | undefined
  readonly #ready = new WeakSet<PoolConnection>()
  readonly #open = new Set<PoolConnection>()
  readonly #idle = new Set<PoolConnection>()
  #closed = false
  #waiting = 0

  constructor(pool: Pool, options: PatientPoolOptions) {
    this.#pool = pool
    this.#timeoutSeconds = options.timeoutSeconds
    this.#isMisled = options.isMisled
    this.#firstStatement = options.firstStatement
    pool.on('release', (connection) => this.#idle.add(connection))
    pool.on('acquire', (connection) => this.#idle.delete(connection))
    pool.on('connection', (connection) => {
      this.#open.add(connection)
      connection.on('end', () => {
        this.#open.delete(connection)
        this.#idle.delete(connection)
      })
    })
  }

  get connections(): { busy: number; idle: number } {
    return { busy: this.#open.size - this.#idle.size, idle: this.#idle.size }
  }

  /** Those that wait for a connection, or for one to be made. */
  get waiting(): number {
    return this.#waiting
  }

  /** As Kysely takes it: a connection, and a statement outside of transactions, are waited for so long. */
  forKysely(timeoutSeconds: number): MysqlPool {
    const misled = { isMisled: this.#isMisled, onMisled: () => this.discardIdle() }
    return this.#wrapped(timeoutSeconds, (connection) =>
      boundedMysqlConnection(connection, new StatementDeadline(timeoutSeconds), misled),
    )
  }

  /** As Kysely takes it: a statement may take as long as it will. */
  withoutDeadlines(): MysqlPool {
    return this.#wrapped(this.#timeoutSeconds, (connection) => connection)
  }

  /** Breaks off the connections that nobody uses at present: the pool makes new ones. */
  discardIdle(): void {
    for (const connection of this.#idle) connection.destroy()
    this.#idle.clear()
  }

  #wrapped(timeoutSeconds: number, wrap: (connection: PoolConnection) => MysqlPoolConnection): MysqlPool {
    return {
      getConnection: (callback) =>
        this.#acquire(timeoutSeconds, (error, connection) =>
          callback(error, (connection && wrap(connection)) as Parameters<Callback>[1]),
        ),
      end: (callback) => this.#end(callback),
    }
  }

  /** The first row of one query, for which a connection is waited for so long, and the answer on it once more. */
  queryFirst(sql: string, values: string[], milliseconds: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#acquire(milliseconds / 1000, (error, connection) => {
        if (error || !connection) return reject(error)
        answerWithin<RowDataPacket[]>(
          milliseconds,
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
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        for (const connection of this.#open) connection.destroy()
        resolve()
      }, farewellSeconds * 1000)
      // One that could not take leave is gone as well.
      this.#end(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #end(callback: (error: unknown) => void): void {
    this.#closed = true
    this.#pool.end(callback)
  }

  #acquire(timeoutSeconds: number, callback: Acquired): void {
    let answered = false
    this.#waiting += 1
    const timer = setTimeout(() => {
      answered = true
      this.#waiting -= 1
      const error = new Error(`no free connection within ${timeoutSeconds} s`)
      callback(Object.assign(error, { code: 'POOL_TIMEOUT' }), undefined)
    }, timeoutSeconds * 1000)
    this.#connection(timeoutSeconds, (error, connection) => {
      if (answered) {
        // Nobody waits for it any more.
        connection?.release()
        return
      }
      clearTimeout(timer)
      this.#waiting -= 1
      callback(error, connection)
    })
  }

  #connection(timeoutSeconds: number, callback: Acquired): void {
    this.#pool.getConnection((error, connection) => {
      const statement = this.#firstStatement
      if (error || statement === undefined || this.#ready.has(connection)) return callback(error, connection)
      answerWithin<unknown>(
        timeoutSeconds * 1000,
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
