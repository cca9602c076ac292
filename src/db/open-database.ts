import type { Database } from '../model/stores.ts'
import type { Logger } from '../observe/logger.ts'
import { parseConnectionUrl } from './connection-url.ts'
import { openEngine } from './engines/open-engine.ts'
import { SqlDatabase } from './sql-database.ts'

export interface OpenOptions {
  /** Connections at most; SQLite has its own two. */
  maxPoolSize: number
  /** How long a query waits for a free connection, and a connection for its server. */
  poolTimeoutSeconds: number
  /** How long a look-up for a machine that boots may take, all included; default: as long as `poolTimeoutSeconds`. */
  lookupTimeoutSeconds?: number
  /** How long a heartbeat may take, on a connection of its own. Default: as long as any query. */
  heartbeatSeconds?: number
  logger?: Logger
}

/**
 * Opens the database at one of SQLAlchemy's URLs. A SQLite file is opened, and created where it is missing; a server is
 * connected to when first asked (`ping` asks). Throws `ConfigInvalid` for a bad URL, `DatabaseUnavailable` for a file
 * that can't be opened.
 */
export async function openDatabase(url: string, options: OpenOptions): Promise<Database> {
  const address = parseConnectionUrl(url)
  const engine = await openEngine(address, options)
  // Where one writer keeps all others out, a second connection would wait as well.
  if (!engine.dialect.supportsRowLocks) return new SqlDatabase(engine, options.logger)
  const { heartbeatSeconds: poolTimeoutSeconds = options.poolTimeoutSeconds } = options
  const heartbeats = await openEngine(address, { ...options, maxPoolSize: 1, poolTimeoutSeconds })
  return new SqlDatabase(engine, options.logger, heartbeats)
}
