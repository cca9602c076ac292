import type { MysqlPool } from 'kysely'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2'

type Callback = Parameters<MysqlPool['getConnection']>[0]

/** A mysql2 pool that waits for a free connection only so long: mysql2 itself waits for ever. */
export class PatientPool implements MysqlPool {
  readonly #pool: Pool
  readonly #timeoutSeconds: number
  #closed = false

  constructor(pool: Pool, timeoutSeconds: number) {
    this.#pool = pool
    this.#timeoutSeconds = timeoutSeconds
  }

  getConnection(callback: Callback): void {
    this.#acquire((error, connection) => callback(error, connection as Parameters<Callback>[1]))
  }

  end(callback: (error: unknown) => void): void {
    this.#closed = true
    this.#pool.end(callback)
  }

  /** The first row of one query, which may take as long as waiting for a connection may. */
  queryFirst(sql: string, values: string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#acquire((error, connection) => {
        if (error || !connection) return reject(error)
        const query = { sql, values, timeout: this.#timeoutSeconds * 1000 }
        connection.execute<RowDataPacket[]>(query, (failure, rows) => {
          // Where an answer is overdue, none may ever come: no use keeping the connection.
          if (failure?.code === 'PROTOCOL_SEQUENCE_TIMEOUT') connection.destroy()
          else connection.release()
          if (failure) reject(failure)
          else resolve(rows[0])
        })
      })
    })
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve, reject) => this.end((error) => (error ? reject(error) : resolve())))
  }

  #acquire(callback: (error: unknown, connection: PoolConnection | undefined) => void): void {
    let answered = false
    const timer = setTimeout(() => {
      answered = true
      const error = new Error(`no free connection within ${this.#timeoutSeconds} s`)
      callback(Object.assign(error, { code: 'POOL_TIMEOUT' }), undefined)
    }, this.#timeoutSeconds * 1000)
    this.#pool.getConnection((error, connection) => {
      if (answered) {
        // Nobody waits for it any more.
        connection?.release()
        return
      }
      clearTimeout(timer)
      callback(error, connection)
    })
  }
}
