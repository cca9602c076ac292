import type { Kysely } from 'kysely'
import { parseConnectionUrl } from '../../src/db/connection-url.ts'
import type { Dialect } from '../../src/db/dialects/dialect.ts'
import { openEngine } from '../../src/db/engines/open-engine.ts'
import type { Tables } from '../../src/db/tables.ts'

/** Kysely on a database, past the stores: for tests that put rows there which the stores would not write. */
export async function rawConnection(
  url: string,
): Promise<AsyncDisposable & { readonly db: Kysely<Tables>; readonly dialect: Dialect }> {
  const engine = await openEngine(parseConnectionUrl(url), { maxPoolSize: 1, poolTimeoutSeconds: 10 })
  return { db: engine.write, dialect: engine.dialect, [Symbol.asyncDispose]: () => engine.close() }
}
