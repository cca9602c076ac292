import { type BigIntStats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { BootringError } from '../../model/errors.ts'
import { retryWhileBusy, sqliteErrorCode } from './retry-while-busy.ts'
import { StatementCache, type StatementSource } from './statement-cache.ts'

const secondLookMilliseconds = 1000
const replacementCheckMilliseconds = 1000

// Primary result codes, https://www.sqlite.org/rescode.html
const canNotOpen = 14
// Extended: a journal that was left behind, and what read-only access to WAL mode may meet.
const hotJournal = 776
const readOnlyWal = [264, 520, 1288, 1544]

/**
 * Another program's database file, only read, whichever journal mode that program has chosen. It is locked for the
 * length of one statement and no longer, as a reader is in the way of a commit. Nothing is mapped into memory: that
 * program may make the file shorter. A file put in the place of this one is noticed within a second.
 */
export class ForeignFile implements StatementSource {
  readonly #path: string
  #database: DatabaseSync
  #statements: StatementCache
  #identity: string
  #checkedAt = performance.now()

  /** Throws `DatabaseUnavailable` when the file is not there or can't be opened; it is never created. */
  constructor(path: string) {
    this.#path = resolve(path)
    this.#identity = this.#identify()
    this.#database = this.#open()
    this.#statements = new StatementCache(this.#database)
  }

  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  get(sql: string): StatementSync {
    this.#followReplacement()
    return this.#statements.get(sql)
  }

  /** Runs one statement to its end, again while a writer holds the lock. Throws `DatabaseUnavailable` with what to do. */
  async run<T>(use: () => T): Promise<T> {
    try {
      return await retryWhileBusy(use, undefined, patience)
    } catch (error) {
      throw this.#explained(error)
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #open(): DatabaseSync {
    try {
      const database = new DatabaseSync(this.#path, { readOnly: true, timeout: 0 })
      database.exec('pragma query_only = on')
      database.exec('pragma mmap_size = 0')
      return database
    } catch (error) {
      throw this.#explained(error)
    }
  }

  #identify(): string {
    let stats: BigIntStats
    try {
      stats = statSync(this.#path, { bigint: true })
    } catch (error) {
      throw new BootringError('DatabaseUnavailable', `sqlite ${this.#path}: ${(error as Error).message}`, {
        cause: error,
      })
    }
    return `${stats.dev}:${stats.ino}`
  }

  // A restored backup, say. The old file, open here, would never change again.
  #followReplacement(): void {
    const now = performance.now()
    if (now - this.#checkedAt < replacementCheckMilliseconds) return
    const identity = this.#identify()
    if (identity !== this.#identity) {
      const database = this.#open()
      this.close()
      this.#database = database
      this.#statements = new StatementCache(database)
      this.#identity = identity
    }
    this.#checkedAt = now
  }

  #explained(error: unknown): unknown {
    const code = sqliteErrorCode(error)
    const advice = code === undefined ? undefined : adviceFor(code, this.#path)
    if (advice === undefined) return error
    return new BootringError('DatabaseUnavailable', `sqlite ${this.#path}: ${(error as Error).message}: ${advice}`, {
      cause: error,
    })
  }
}

/**
 * A journal that vanishes while SQLite looks at it, as its writer has just committed, is taken for one that a killed
 * writer left behind; likewise the files of WAL mode, when the last other process closes them.
 */
function patience(code: number): number {
  return isTroubleBeside(code) ? secondLookMilliseconds : 0
}

function adviceFor(code: number, path: string): string | undefined {
  if (code === hotJournal) {
    return (
      `a process that was writing was killed and left ${path}-journal behind; ` +
      'Ironic puts the file right as soon as it runs again'
    )
  }
  if (!isTroubleBeside(code)) return undefined
  return (
    `bootring must be able to read the file and ${path}-wal and -shm beside it, which exist while Ironic runs; ` +
    'where they are missing or belong to another user, run bootring as the user of Ironic'
  )
}

/** Whether it is not the file but one beside it that is in the way; a refused write is not. */
function isTroubleBeside(code: number): boolean {
  return code === hotJournal || readOnlyWal.includes(code) || (code & 0xff) === canNotOpen
}
