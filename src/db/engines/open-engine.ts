import type { Logger } from '../../observe/logger.ts'
import { type DatabaseAddress, describeAddress } from '../connection-url.ts'
import { mysql } from '../dialects/mysql.ts'
import { postgresql } from '../dialects/postgresql.ts'
import { sqlite } from '../dialects/sqlite.ts'
import { type MissingSchema, translator } from '../translate.ts'
import type { Engine, EngineOptions } from './engine.ts'

/**
 * Opens the engine that an address names: the only place that tells them apart. Its driver is loaded only then: each
 * of them takes a good part of the time in which `bootring serve` should be up.
 */
export async function openEngine(
  address: DatabaseAddress,
  given: Omit<EngineOptions, 'lookupTimeoutSeconds'> & { lookupTimeoutSeconds?: number; logger?: Logger },
): Promise<Engine> {
  const { poolTimeoutSeconds } = given
  const lookupTimeoutSeconds = Math.min(given.lookupTimeoutSeconds ?? poolTimeoutSeconds, poolTimeoutSeconds)
  const options = { ...given, lookupTimeoutSeconds }
  const place = describeAddress(address)
  const missing: MissingSchema = options.readOnly ? 'NotIronicsDatabase' : 'SchemaOutdated'
  switch (address.engine) {
    case 'sqlite': {
      if (options.readOnly) {
        const { openForeignSqliteEngine } = await import('./foreign-sqlite-engine.ts')
        return openForeignSqliteEngine(address, translator(sqlite, place, missing))
      }
      const { openSqliteEngine } = await import('./sqlite-engine.ts')
      return await openSqliteEngine(address, translator(sqlite, place))
    }
    case 'postgresql': {
      const { openPostgresqlEngine } = await import('./postgresql-engine.ts')
      return openPostgresqlEngine(address, options, translator(postgresql, place, missing), options.logger)
    }
    case 'mysql': {
      const { openMysqlEngine } = await import('./mysql-engine.ts')
      return openMysqlEngine(address, options, translator(mysql, place, missing))
    }
  }
}
