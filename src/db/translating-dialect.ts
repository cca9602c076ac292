import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult, TransactionSettings } from 'kysely'
import type { Translate } from './translate.ts'

/** A Kysely dialect whose driver throws translated errors, wherever the query came from. */
export function translating(dialect: Dialect, translate: Translate): Dialect {
  return {
    createDriver: () => new TranslatingDriver(dialect.createDriver(), translate),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  }
}

class TranslatingDriver implements Driver {
  readonly #driver: Driver
  readonly #translate: Translate
  readonly #wrapped = new WeakMap<DatabaseConnection, TranslatingConnection>()

  constructor(driver: Driver, translate: Translate) {
    this.#driver = driver
    this.#translate = translate
  }

  async #translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw this.#translate(error)
    }
  }

  init(): Promise<void> {
    return this.#translated(() => this.#driver.init())
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const inner = await this.#translated(() => this.#driver.acquireConnection())
    let wrapped = this.#wrapped.get(inner)
    if (!wrapped) {
      wrapped = new TranslatingConnection(inner, this.#translate)
      this.#wrapped.set(inner, wrapped)
    }
    return wrapped
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return this.#translated(() => this.#driver.beginTransaction(unwrap(connection), settings))
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#translated(() => this.#driver.commitTransaction(unwrap(connection)))
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#translated(() => this.#driver.rollbackTransaction(unwrap(connection)))
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#driver.releaseConnection(unwrap(connection))
  }

  destroy(): Promise<void> {
    return this.#driver.destroy()
  }
}

class TranslatingConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection
  readonly #translate: Translate

  constructor(inner: DatabaseConnection, translate: Translate) {
    this.inner = inner
    this.#translate = translate
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.inner.executeQuery<R>(query)
    } catch (error) {
      throw this.#translate(error)
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize)
  }
}

function unwrap(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof TranslatingConnection ? connection.inner : connection
}
