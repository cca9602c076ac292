import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { afterAll, beforeAll } from 'vitest'
import { parseConnectionUrl } from '../../src/db/connection-url.ts'
import { sqlite } from '../../src/db/dialects/sqlite.ts'
import type { Engine } from '../../src/db/engines/engine.ts'
import { openEngine } from '../../src/db/engines/open-engine.ts'
import { ironicColumns } from '../../src/db/ironic/ironic-tables.ts'
import { nodeSqliteDialect } from '../../src/db/sqlite/node-sqlite-dialect.ts'
import { StatementCache } from '../../src/db/sqlite/statement-cache.ts'
import type { Tables } from '../../src/db/tables.ts'
import type { DatabaseServer } from './database-server.ts'
import type { EngineName } from './databases.ts'
import { describeWith } from './describe-with.ts'
import { createIronicSchema, type IronicRelease, ironicReleases, missingForSchema } from './ironic-schema.ts'
import { missingForMariadb, startMariadb } from './mariadb-server.ts'
import { missingForPostgresql, startPostgresql } from './postgresql-server.ts'

/** A database with the tables that a real Ironic has made, and nothing in them. */
export interface IronicFixture {
  readonly engine: EngineName
  readonly release: IronicRelease
  /** As Ironic itself opens it; its user may do anything. */
  readonly url: string
  /** The same for user `bootring`, who has the privileges that the documentation says and no other. */
  readonly readerUrl: string
  /** Throws for SQLite. */
  server(): DatabaseServer
  /** For putting into it what Ironic would have. */
  readonly ironic: Pick<Engine, 'write' | 'dialect' | 'refusesWrites'>
}

const runners: Record<EngineName, { missing(): string | undefined; start?(): Promise<DatabaseServer> }> = {
  sqlite: { missing: () => undefined },
  postgresql: { missing: missingForPostgresql, start: startPostgresql },
  mariadb: { missing: missingForMariadb, start: startMariadb },
}

const tables = Object.keys(ironicColumns)

/** Runs the same tests on the database of each real Ironic on each engine. */
export function eachIronicDatabase(define: (fixture: () => IronicFixture, engine: EngineName) => void): void {
  for (const engine of ['sqlite', 'postgresql', 'mariadb'] as const) {
    for (const release of ironicReleases.filter((one) => one.engines.includes(engine))) {
      const { missing, start } = runners[engine]
      describeWith(missing() ?? missingForSchema(release), `Ironic ${release.name} on ${engine}`, () => {
        let fixture: IronicFixture | undefined
        const ends: (() => Promise<void>)[] = []
        beforeAll(async () => {
          const server = await start?.()
          if (server) ends.push(() => server.stop())
          fixture = await create(engine, release, server, ends)
        })
        afterAll(async () => {
          for (const end of ends.reverse()) await end()
        })
        define(() => {
          if (!fixture) throw new Error('not there yet')
          return fixture
        }, engine)
      })
    }
  }
}

let count = 0

async function create(
  engine: EngineName,
  release: IronicRelease,
  server: DatabaseServer | undefined,
  ends: (() => Promise<void>)[],
): Promise<IronicFixture> {
  count += 1
  const name = `ironic${count}`
  const { url, readerUrl, ironic } = await (server ? onServer(server) : inFile())
  return {
    engine,
    release,
    url,
    readerUrl,
    ironic,
    server() {
      if (!server) throw new Error(`${engine} has no server`)
      return server
    },
  }

  async function inFile() {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-ironic-'))
    ends.push(async () => rmSync(folder, { recursive: true }))
    const file = join(folder, 'ironic.sqlite')
    await createIronicSchema(release, `sqlite:///${file}`)
    const database = new DatabaseSync(file)
    ends.push(async () => database.close())
    const write = new Kysely<Tables>({ dialect: nodeSqliteDialect(new StatementCache(database)) })
    return { url: `sqlite:///${file}`, readerUrl: `sqlite:///${file}`, ironic: { write, dialect: sqlite } }
  }

  async function onServer(server: DatabaseServer) {
    await server.createDatabase(name)
    const url = server.url(name)
    await createIronicSchema(release, url)
    await server.administer(name, ...(engine === 'mariadb' ? mariadbGrants(name) : postgresqlGrants(name)))
    const ironic = await openEngine(parseConnectionUrl(url), { maxPoolSize: 2, poolTimeoutSeconds: 10 })
    ends.push(() => ironic.close())
    return { url, readerUrl: url.replace('tester', 'bootring'), ironic }
  }
}

/** As docs/attach.md has them. */
function mariadbGrants(database: string): string[] {
  return [
    "CREATE USER IF NOT EXISTS 'bootring'@'%' IDENTIFIED BY 's@cret'",
    ...tables.map((table) => `GRANT SELECT ON ${database}.${table} TO 'bootring'@'%'`),
  ]
}

/** As docs/attach.md has them; a role, unlike a database, may be there already. */
function postgresqlGrants(database: string): string[] {
  return [
    `DO $$ BEGIN CREATE ROLE bootring LOGIN PASSWORD 's@cret'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    `GRANT CONNECT ON DATABASE ${database} TO bootring`,
    'GRANT USAGE ON SCHEMA public TO bootring',
    `GRANT SELECT ON ${tables.join(', ')} TO bootring`,
  ]
}
