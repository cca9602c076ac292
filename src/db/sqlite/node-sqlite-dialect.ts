import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { NodeSqliteConnection } from './node-sqlite-connection.ts'
import type { StatementSource } from './statement-cache.ts'

/**
 * Kysely over one open `node:sqlite` connection, which whoever opened it closes. `afterQuery` is called after each
 * statement.
 */
export function nodeSqliteDialect(statements: StatementSource, afterQuery?: () => void): Dialect {
  return {
    createDriver: () => new NodeSqliteDriver(statements, afterQuery),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new NodeSqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

class NodeSqliteAdapter extends SqliteAdapter {
  // It does; Kysely's own adapter is cautious.
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class NodeSqliteDriver implements Driver {
  readonly #statements: StatementSource
  readonly #connection: DatabaseConnection

  constructor(statements: StatementSource, afterQuery?: () => void) {
    this.#statements = statements
    this.#connection = new NodeSqliteConnection(statements, afterQuery)
  }

  async init(): Promise<void> {}

  // Kysely hands a single connection to one user at a time (supportsMultipleConnections is false).
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async releaseConnection(): Promise<void> {}

  // At once the only writer: a transaction that reads first and then wants to write could not wait for another one.
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  // A full disk and the like have SQLite roll back by itself; another one would fail, and hide why.
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#statements.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async destroy(): Promise<void> {}
}
