import { parseConnectionUrl } from '../db/connection-url.ts'
import { BootringError } from '../model/errors.ts'
import type { Database } from '../model/stores.ts'

/**
 * Makes sure that this release can work with the schema. An embedded database is brought up to date, as nothing else
 * looks after it; that of a server may serve hosts that run another release. Throws `SchemaOutdated`.
 */
export async function readySchema(database: Pick<Database, 'checkSchema' | 'upgrade'>, url: string): Promise<void> {
  try {
    await database.checkSchema()
  } catch (error) {
    const isOutdated = error instanceof BootringError && error.code === 'SchemaOutdated'
    if (!isOutdated || parseConnectionUrl(url).engine !== 'sqlite') throw error
    await database.upgrade()
  }
}
