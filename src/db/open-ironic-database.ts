import type { IronicDatabase } from '../model/stores.ts'
import type { OpenOptions } from './open-database.ts'

/**
 * Opens the database of a running Ironic, read-only, at one of SQLAlchemy's URLs. A SQLite file must be there; a server
 * is connected to when first asked. Throws `ConfigInvalid` for a bad URL, `DatabaseUnavailable`.
 */
export async function openIronicDatabase(_url: string, _options: OpenOptions): Promise<IronicDatabase> {
  throw new Error('to be written')
}
