import type { CompiledQuery, Kysely } from 'kysely'
import type { DatabaseFigures } from '../../model/stores.ts'
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
  /** For small questions that a boot, or a probe of this service's health, waits for: answered soon or not at all. */
  readonly prompt: Kysely<Tables>
  /** For migrations, which may wait for another host's, or work on a large table, for as long as it takes. */
  readonly migrate: Kysely<Tables>
  /**
   * The shortest way to run one query again and again with new parameters, in the order in which the compiled query
   * has them. Of a server, an answer is waited for no longer than `lookupTimeoutSeconds`; when nobody has had one in that
   * time, all but one at a time are refused until it answers again.
   */
  prepare<Row>(query: CompiledQuery<Row>): Lookup<Row>
  /** Whether the session setting of `readOnly` has got through to the server, where something may swallow it. */
  refusesWrites?(): Promise<boolean>
  /** What the connections to a server do. */
  figures?(): DatabaseFigures
  close(): Promise<void>
}

export interface EngineOptions {
  maxPoolSize: number
  /** How long a query waits for a free connection, a connection for its server, and a statement for its answer. */
  poolTimeoutSeconds: number
  /** How long a machine that boots waits for an answer, all included; never longer than `poolTimeoutSeconds`. */
  lookupTimeoutSeconds: number
  /** Sessions in which the server itself refuses to write; a SQLite file is opened as it is, whoever else uses it. */
  readOnly?: boolean
}

/** Connecting takes a look-up's time at least, and no longer than a lost packet or two take; one that hangs is in the way of others. */
export function connectTimeoutSeconds({ lookupTimeoutSeconds, poolTimeoutSeconds }: EngineOptions): number {
  return Math.min(poolTimeoutSeconds, Math.max(5, lookupTimeoutSeconds))
}

/** How long servers are given to take leave of when a database is closed; one that is silent never does. */
export const farewellSeconds = 2
