import { type Kysely, sql } from 'kysely'
import type { NodeFinder } from '../../model/node-finder.ts'
import type { ConductorReader, DatabaseFigures, IronicDatabase, NodeProgress, NodeStore } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import { databaseTime } from '../database-time.ts'
import type { Engine } from '../engines/engine.ts'
import { SqlNodeFinder } from '../stores/sql-node-finder.ts'
import { SqlNodeStore } from '../stores/sql-node-store.ts'
import { checkIronicSchema, schemaHead } from './check-ironic-schema.ts'
import { IronicConductorReader } from './ironic-conductor-reader.ts'
import { releasesOf } from './ironic-releases.ts'
import type { IronicTables } from './ironic-tables.ts'
import { nodeProgress } from './node-progress.ts'

export interface IronicDatabaseOptions {
  /** Whether Ironic takes itself to run on SQLite. */
  onSqlite: boolean
  logger: Logger | undefined
}

/** The database of a running Ironic, over an engine that was opened read-only. */
export class SqlIronicDatabase implements IronicDatabase {
  readonly nodes: NodeStore
  readonly conductors: ConductorReader
  readonly finder: NodeFinder
  readonly #engine: Engine
  readonly #db: Kysely<IronicTables>
  readonly #logger: Logger | undefined

  constructor(engine: Engine, { onSqlite, logger }: IronicDatabaseOptions) {
    this.#engine = engine
    this.#db = withIronicTables(engine.read)
    this.#logger = logger
    // Ironic keeps a node's config drive there, which may be megabytes: not something to read for each boot.
    this.nodes = new SqlNodeStore(engine, { withInstanceInfo: false })
    this.finder = new SqlNodeFinder(engine)
    this.conductors = new IronicConductorReader(withIronicTables(engine.prompt), onSqlite)
  }

  async checkSchema(): Promise<void> {
    await checkIronicSchema(this.#db, this.#logger)
    if (this.#engine.refusesWrites === undefined || (await this.#engine.refusesWrites())) return
    this.#logger?.warn(
      'a pooler has swallowed default_transaction_read_only: only the privileges of the database user forbid bootring to write',
    )
  }

  async release(): Promise<string> {
    return releasesOf(await schemaHead(this.#db))
  }

  progress(uuids: readonly string[]): Promise<NodeProgress[]> {
    return nodeProgress(this.#engine.read, uuids)
  }

  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#engine.prompt)
  }

  time(): Promise<Date> {
    return databaseTime(this.#engine)
  }

  figures(): DatabaseFigures | undefined {
    return this.#engine.figures?.()
  }

  close(): Promise<void> {
    return this.#engine.close()
  }
}

function withIronicTables(db: Engine['read']): Kysely<IronicTables> {
  return db.$extendTables<Pick<IronicTables, 'alembic_version'>>() as unknown as Kysely<IronicTables>
}
