import type { DatabaseSync, StatementSync } from 'node:sqlite'

const capacity = 200

/** Prepared statements by their text; the one unused for longest goes when there are too many. */
export class StatementCache {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
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
