import type { Database } from '../model/stores.ts'
import type { Logger } from '../observe/logger.ts'
import { type DatabaseAddress, describeAddress, parseConnectionUrl } from './connection-url.ts'
import { mysql } from './dialects/mysql.ts'
import { postgresql } from './dialects/postgresql.ts'
import { sqlite } from './dialects/sqlite.ts'
import type { Engine } from './engines/engine.ts'
import { openMysqlEngine } from './engines/mysql-engine.ts'
import { openPostgresqlEngine } from './engines/postgresql-engine.ts'
import { openSqliteEngine } from './engines/sqlite-engine.ts'
import { SqlDatabase } from './sql-database.ts'
import { translator } from './translate.ts'

export interface OpenOptions {
  /** Connections at most; SQLite has its own two. */
  maxPoolSize: number
  /** How long a query waits for a free connection, and a connection for its server. */
  poolTimeoutSeconds: number
  logger?: Logger
}

/**
 * Opens the database at one of SQLAlchemy's URLs. A SQLite file is opened, and created where it is missing; a server is
 * connected to when first asked (`ping` asks). Throws `ConfigInvalid` for a bad URL, `DatabaseUnavailable` for a file
 * that can't be opened.
 */
export async function openDatabase(url: string, options: OpenOptions): Promise<Database> {
  const address = parseConnectionUrl(url)
  return new SqlDatabase(await openEngine(address, options))
}

async function openEngine(address: DatabaseAddress, options: OpenOptions): Promise<Engine> {
  const place = describeAddress(address)
  switch (address.engine) {
    case 'sqlite':
      return await openSqliteEngine(address, translator(sqlite, place))
    case 'postgresql':
      return openPostgresqlEngine(address, options, translator(postgresql, place), options.logger)
    case 'mysql':
      return openMysqlEngine(address, options, translator(mysql, place))
  }
}
