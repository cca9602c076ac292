import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { StatementSource } from './statement-cache.ts'

/** Runs Kysely's queries on one `node:sqlite` connection. Preparing a statement reads the file too, and so waits as well. */
export class NodeSqliteConnection implements DatabaseConnection {
  readonly #statements: StatementSource
  readonly #afterQuery: (() => void) | undefined

  constructor(statements: StatementSource, afterQuery?: () => void) {
    this.#statements = statements
    this.#afterQuery = afterQuery
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const parameters = query.parameters.map(toSqlite)
    try {
      return await this.#statements.run(() => run<R>(this.#statements.get(query.sql), parameters))
    } finally {
      this.#afterQuery?.()
    }
  }

  // Kysely asks for a stream; the result is read at once and given out in pieces.
  async *streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    const { rows } = await this.executeQuery<R>(query)
    for (let start = 0; start < rows.length; start += chunkSize) {
      yield { rows: rows.slice(start, start + chunkSize) }
    }
  }
}

function run<R>(statement: StatementSync, parameters: SQLInputValue[]): QueryResult<R> {
  if (statement.columns().length > 0) return { rows: statement.all(...parameters) as R[] }
  const { changes, lastInsertRowid } = statement.run(...parameters)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}

function toSqlite(value: unknown): SQLInputValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1 : 0
    default:
      if (value === null || value === undefined) return null
      if (value instanceof Uint8Array) return value
      throw new TypeError(`SQLite has no form for a parameter of type ${typeof value}`)
  }
}
