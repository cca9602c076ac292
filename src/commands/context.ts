import { statSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import type { LoadedConfig } from '../config/load.ts'
import { parseConnectionUrl } from '../db/connection-url.ts'
import { openDatabase } from '../db/open-database.ts'
import { openIronicDatabase } from '../db/open-ironic-database.ts'
import { BootringError } from '../model/errors.ts'
import type { Database, IronicDatabase } from '../model/stores.ts'
import { createLogger } from '../observe/create-logger.ts'
import type { Logger } from '../observe/logger.ts'
import type { Installation } from './installation.ts'
import { type ConfigOptions, loadFromOptions } from './options.ts'

/** What nearly every command starts from. */
interface Setting {
  loaded: LoadedConfig
  config: Config
  installation: Installation
  log: Logger
}

/** bootring's own database. */
export interface Context extends Setting {
  readonly mode: 'standalone'
  database: Database
}

/** The database of the Ironic that bootring is attached to. */
export interface AttachedContext extends Setting {
  readonly mode: 'attached'
  database: IronicDatabase
}

/** For commands that only read the fleet. */
export type FleetContext = Context | AttachedContext

/**
 * Loads the options, opens the database of whichever mode is set, does the work, and closes the database again. No SQLite file
 * is made: it would be an empty one, and of whoever has looked, where the options are not those of the servers.
 */
export async function withFleet<T>(options: ConfigOptions, work: (context: FleetContext) => Promise<T>): Promise<T> {
  const setting = prepare(options)
  checkFile(setting.installation)
  const context: FleetContext = setting.installation.attached
    ? { ...setting, mode: 'attached', database: await openIronicDatabase(...databaseOf(setting)) }
    : { ...setting, mode: 'standalone', database: await openDatabase(...databaseOf(setting)) }
  return await thenClose(context, work)
}

/** The same for commands that change the database, which only bootring's own may be; most of them make an SQLite file. Throws `ConfigInvalid` where bootring is attached. */
export async function withContext<T>(
  options: ConfigOptions,
  work: (context: Context) => Promise<T>,
  { makesDatabase = true, ...request }: { loopbackDefaults?: boolean; makesDatabase?: boolean } = {},
): Promise<T> {
  const setting = prepare(options, request)
  if (setting.installation.attached) {
    throw new BootringError(
      'ConfigInvalid',
      "[bootring]mode = attached: this command changes the database, and Ironic's is never changed; beside Ironic, start bootring api and bootring conductor",
    )
  }
  if (!makesDatabase) checkFile(setting.installation)
  return await thenClose({ ...setting, mode: 'standalone', database: await openDatabase(...databaseOf(setting)) }, work)
}

function prepare(options: ConfigOptions, request: { loopbackDefaults?: boolean } = {}): Setting {
  const loaded = loadFromOptions(options, request)
  const { config, installation } = loaded
  const log = createLogger({
    level: config.DEFAULT.debug ? 'debug' : 'info',
    format: config.bootring.log_format,
    noColor: Boolean(process.env.NO_COLOR),
  })
  for (const { expected, ...place } of loaded.warnings) log.warn(place, `expected ${expected}`)
  return { loaded, config, installation, log }
}

function checkFile({ attached, databaseUrl }: Installation): void {
  const address = parseConnectionUrl(databaseUrl)
  if (attached || address.engine !== 'sqlite') return
  try {
    statSync(address.path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return
    throw new BootringError(
      'ConfigInvalid',
      `there is no database ${address.path}: give the same --config-file as the servers have; bootring serve, apply and db upgrade make one`,
    )
  }
}

function databaseOf({ config, installation, log }: Setting): Parameters<typeof openDatabase> {
  const { max_pool_size: maxPoolSize, pool_timeout: poolTimeoutSeconds } = config.database
  const lookupTimeoutSeconds = config.bootring.boot_database_timeout
  // Several may fail before others take this conductor for dead.
  const heartbeatSeconds = Math.min(poolTimeoutSeconds, config.conductor.heartbeat_timeout / 3)
  return [
    installation.databaseUrl,
    { maxPoolSize, poolTimeoutSeconds, lookupTimeoutSeconds, heartbeatSeconds, logger: log },
  ]
}

async function thenClose<C extends FleetContext, T>(context: C, work: (context: C) => Promise<T>): Promise<T> {
  try {
    return await work(context)
  } finally {
    await context.database.close()
  }
}
