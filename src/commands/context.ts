import type { Config } from '../config/config.ts'
import type { LoadedConfig } from '../config/load.ts'
import { openDatabase } from '../db/open-database.ts'
import type { Database } from '../model/stores.ts'
import { createLogger } from '../observe/create-logger.ts'
import type { Logger } from '../observe/logger.ts'
import type { Installation } from './installation.ts'
import { type ConfigOptions, loadFromOptions } from './options.ts'

/** What nearly every command starts from. */
export interface Context {
  loaded: LoadedConfig
  config: Config
  installation: Installation
  log: Logger
  database: Database
}

/** Loads the options, opens the database, does the work, and closes the database again. */
export async function withContext<T>(
  options: ConfigOptions,
  work: (context: Context) => Promise<T>,
  request: { loopbackDefaults?: boolean } = {},
): Promise<T> {
  const loaded = loadFromOptions(options, request)
  const { config, installation } = loaded
  const log = createLogger({
    level: config.DEFAULT.debug ? 'debug' : 'info',
    format: config.bootring.log_format,
    noColor: Boolean(process.env.NO_COLOR),
  })
  for (const { expected, ...place } of loaded.warnings) log.warn(place, `expected ${expected}`)
  const database = await openDatabase(installation.databaseUrl, {
    maxPoolSize: config.database.max_pool_size,
    poolTimeoutSeconds: config.database.pool_timeout,
    logger: log,
  })
  try {
    return await work({ loaded, config, installation, log, database })
  } finally {
    await database.close()
  }
}
