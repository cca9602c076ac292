import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { retryWhileBusy } from './retry-while-busy.ts'

const capacity = 200

/** One open connection, as those see it who run statements on it. */
export interface StatementSource {
  /** The prepared statement; throws SQLite's errors. */
  get(sql: string): StatementSync
  /** Runs `use`, which gets and runs one statement, again while another process holds the lock. */
  run<T>(use: () => T): Promise<T>
  readonly isTransaction: boolean
}

/** Prepared statements by their text; the one unused for longest goes when there are too many. */
export class StatementCache implements StatementSource {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  run<T>(use: () => T): Promise<T> {
    return retryWhileBusy(use)
  }

  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  get(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement) {
      this.#statements.delete(sql)
    } else {
      statement = this.#database.prepare(sql)
      if (this.#statements.size >= capacity) {
        const oldest = this.#statements.keys().next()
        if (!oldest.done) this.#statements.delete(oldest.value)
      }
    }
    this.#statements.set(sql, statement)
    return statement
  }
}
