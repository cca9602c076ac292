import type { CompiledQuery, Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'
import type { Tables } from '../tables.ts'

/** Answers one prepared question with the first row, or with undefined when nothing matched. */
export type Lookup<Row> = (...parameters: string[]) => Promise<Row | undefined>

/** An open database. Everything here throws errors that are already translated (see `translate`). */
export interface Engine {
  readonly dialect: Dialect
  /** For queries that change nothing: never waits for a writer. */
  readonly read: Kysely<Tables>
  /** For everything else. The same as `read` where connections are many. */
  readonly write: Kysely<Tables>
  /** For migrations, which may wait for another host's, or work on a large table, for as long as it takes. */
  readonly migrate: Kysely<Tables>
  /**
   * The shortest way to run one query again and again with new parameters, in the order in which the compiled query
   * has them.
   */
  prepare<Row>(query: CompiledQuery<Row>): Lookup<Row>
  /** Whether the session setting of `readOnly` has got through to the server, where something may swallow it. */
  refusesWrites?(): Promise<boolean>
  close(): Promise<void>
}

export interface EngineOptions {
  maxPoolSize: number
  /** How long a query waits for a free connection, a connection for its server, and a statement for its answer. */
  poolTimeoutSeconds: number
  /** Sessions in which the server itself refuses to write; a SQLite file is opened as it is, whoever else uses it. */
  readOnly?: boolean
}
