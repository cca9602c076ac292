import type { Logger } from '../../observe/logger.ts'
import { type DatabaseAddress, describeAddress } from '../connection-url.ts'
import { mysql } from '../dialects/mysql.ts'
import { postgresql } from '../dialects/postgresql.ts'
import { sqlite } from '../dialects/sqlite.ts'
import { translator } from '../translate.ts'
import type { Engine, EngineOptions } from './engine.ts'
import { openMysqlEngine } from './mysql-engine.ts'
import { openPostgresqlEngine } from './postgresql-engine.ts'
import { openSqliteEngine } from './sqlite-engine.ts'

/** Opens the engine that an address names: the only place that tells them apart. */
export async function openEngine(
  address: DatabaseAddress,
  options: EngineOptions & { logger?: Logger },
): Promise<Engine> {
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
