import type { Kysely } from 'kysely'
import { type Migration, type MigrationResultSet, Migrator } from 'kysely/migration'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { Engine } from './engines/engine.ts'
import { migrationNames, migrations } from './migrations/migrations.ts'
import type { Tables } from './tables.ts'

/** Applies what is missing, once, however many hosts try at the same time. The names of what this call applied. */
export async function upgradeSchema(
  { migrate: unhurried, dialect }: Engine,
  onMigration: (name: string) => void = () => undefined,
): Promise<string[]> {
  const heard = Object.entries(migrations(dialect)).map(([name, migration]): [string, Migration] => {
    const up = async (db: Kysely<unknown>): Promise<void> => {
      onMigration(name)
      await migration.up(db)
    }
    return [name, { up }]
  })
  const migrate = (db: Kysely<Tables>): Promise<string[]> =>
    new Migrator({
      db,
      provider: { getMigrations: async () => Object.fromEntries(heard) },
      migrationTableName: 'bootring_migration',
      migrationLockTableName: 'bootring_migration_lock',
    })
      .migrateToLatest()
      .then(applied)
  return dialect.upgradesInOneTransaction ? await unhurried.transaction().execute(migrate) : await migrate(unhurried)
}

/**
 * Throws `SchemaOutdated` unless every migration that this release knows was applied. Further ones only add (see
 * CONTRIBUTING.md), so this release works with them: that is how one host is upgraded after the other, and back.
 */
export async function checkSchema({ read }: Engine, logger: Logger | undefined): Promise<void> {
  const rows = await read.selectFrom('bootring_migration').select('name').execute()
  const present = new Set(rows.map((row) => row.name))
  const missing = migrationNames.filter((name) => !present.has(name))
  if (missing.length > 0) throw new BootringError('SchemaOutdated', `not applied: ${missing.join(', ')}`)
  const migrations = rows.map((row) => row.name).filter((name) => !migrationNames.includes(name))
  if (migrations.length > 0) logger?.warn({ migrations }, 'the database is of a newer release than this process')
}

// Kysely has no class of its own for this.
const newerSchema = /previously executed migration (\S+) is missing/

function newer(error: Error): BootringError {
  const name = newerSchema.exec(error.message)?.[1]
  return new BootringError('SchemaOutdated', `migration ${name} is of a newer release: upgrade with that one`, {
    cause: error,
  })
}

function applied({ error, results = [] }: MigrationResultSet): string[] {
  if (error) throw error instanceof Error && newerSchema.test(error.message) ? newer(error) : error
  return results.filter((result) => result.status === 'Success').map((result) => result.migrationName)
}
