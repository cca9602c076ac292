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
  #open = false

  constructor(database: DatabaseSync) {
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

  /** The next question sees what has been written until then. */
  end(): void {
    if (!this.#open) return
    this.#open = false
    this.#commit.run()
  }

  readonly #endOfTurn = (): void => this.end()
}
