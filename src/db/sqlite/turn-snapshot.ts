import type { DatabaseSync, StatementSync } from 'node:sqlite'

/**
 * One read transaction for all that a connection is asked within one turn of the event loop. By itself each question
 * would lock and unlock the file, which takes more than half of its time. What other processes write meanwhile is seen in
 * the next turn, some hundred microseconds later; whoever writes in this process calls `end`, and what it wrote is seen
 * at once.
 */
export class TurnSnapshot {
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #database: DatabaseSync
  #open = false

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#begin = database.prepare('begin')
    this.#commit = database.prepare('commit')
  }

  /** To be called before each question. */
  begin(): void {
    if (this.#open) return
    this.#begin.run()
    this.#open = true
    setImmediate(this.#endOfTurn)
  }

  /** The next question sees what has been written until then. Never throws. */
  end(): void {
    if (!this.#open) return
    this.#open = false
    try {
      this.#commit.run()
    } catch {
      // The file is damaged or can't be read, which the next question will say; nothing was to be committed.
      this.#abandon()
    }
  }

  /** Left open, the transaction would be in the way of the next one. */
  #abandon(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('rollback')
    } catch {
      // Then the next question fails, and says why.
    }
  }

  readonly #endOfTurn = (): void => this.end()
}
