/** The least that a statement within a transaction is given: more than servers wait for a lock by themselves (50 s). */
const transactionSeconds = 120

const begins = /^(begin|start transaction)\b/i
const ends = /^(commit|rollback)$/i

/**
 * How long the statements that go over one connection, from its acquisition to its release, may take: a network that
 * has fallen silent never says so. Within a transaction they are given more time, as they may wait for another one's
 * locks, and are lost with all that came before them.
 */
export class StatementDeadline {
  readonly #seconds: number
  #inTransaction = false

  /** `seconds`: for a statement outside of transactions. */
  constructor(seconds: number) {
    this.#seconds = seconds
  }

  /** To be called once for each statement, as it is sent: the milliseconds that its answer may take. */
  milliseconds(statement: string): number {
    const seconds = this.#inTransaction ? Math.max(this.#seconds, transactionSeconds) : this.#seconds
    if (begins.test(statement)) this.#inTransaction = true
    else if (ends.test(statement)) this.#inTransaction = false
    return seconds * 1000
  }
}
