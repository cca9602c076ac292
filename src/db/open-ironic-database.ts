import type { IronicDatabase } from '../model/stores.ts'
import { parseConnectionUrl } from './connection-url.ts'
import { openEngine } from './engines/open-engine.ts'
import { SqlIronicDatabase } from './ironic/sql-ironic-database.ts'
import type { OpenOptions } from './open-database.ts'

/**
 * Opens the database of a running Ironic, read-only, at one of SQLAlchemy's URLs. A SQLite file must be there; a server
 * is connected to when first asked. Throws `ConfigInvalid` for a bad URL, `DatabaseUnavailable`.
 */
export async function openIronicDatabase(url: string, options: OpenOptions): Promise<IronicDatabase> {
  const engine = await openEngine(parseConnectionUrl(url), { ...options, readOnly: true })
  // The way in which Ironic finds that out.
  const onSqlite = url.toLowerCase().includes('sqlite')
  return new SqlIronicDatabase(engine, { onSqlite, logger: options.logger })
}
