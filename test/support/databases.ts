import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openDatabase } from '../../src/db/open-database.ts'
import type { Database } from '../../src/model/stores.ts'
import type { DatabaseServer } from './database-server.ts'
import { describeWith } from './describe-with.ts'
import { missingForMariadb, startMariadb } from './mariadb-server.ts'
import { missingForPostgresql, startPostgresql } from './postgresql-server.ts'

export type EngineName = 'sqlite' | 'postgresql' | 'mariadb'

/** One engine that the tests in `eachDatabase` run on. Whatever is opened through it is closed after the last test. */
export interface TestEngine {
  readonly name: EngineName
  /** The URL of a new, empty database. */
  emptyUrl(): Promise<string>
  /** Opens a database with a small pool. */
  open(url: string): Promise<Database>
  /** A new database with the schema in it. */
  database(): Promise<Database>
  /** The server; throws for SQLite. */
  server(): DatabaseServer
}

interface Runner {
  missing(): string | undefined
  start?(): Promise<DatabaseServer>
}

const runners: Record<EngineName, Runner> = {
  sqlite: { missing: () => undefined },
  postgresql: { missing: missingForPostgresql, start: startPostgresql },
  mariadb: { missing: missingForMariadb, start: startMariadb },
}

const poolOptions = { maxPoolSize: 5, poolTimeoutSeconds: 10 }

/**
 * Runs the same tests on every real engine (or on those named). Servers are private, started before the first test of
 * the file and stopped after the last.
 */
export function eachDatabase(
  define: (engine: TestEngine) => void,
  names: EngineName[] = ['sqlite', 'postgresql', 'mariadb'],
): void {
  for (const name of names) {
    const { missing, start } = runners[name]
    describeWith(missing(), name, () => {
      const fixture = new EngineFixture(name)
      beforeAll(async () => fixture.use(await start?.()))
      afterAll(() => fixture.end())
      define(fixture)
    })
  }
}

class EngineFixture implements TestEngine {
  readonly name: EngineName
  readonly #opened: Database[] = []
  #server: DatabaseServer | undefined
  #folder: string | undefined
  #count = 0

  constructor(name: EngineName) {
    this.name = name
  }

  use(server: DatabaseServer | undefined): void {
    this.#server = server
  }

  server(): DatabaseServer {
    if (!this.#server) throw new Error(`${this.name} has no server that runs`)
    return this.#server
  }

  async emptyUrl(): Promise<string> {
    this.#count += 1
    if (this.name === 'sqlite') {
      this.#folder ??= mkdtempSync(join(tmpdir(), 'bootring-sqlite-'))
      return `sqlite:///${join(this.#folder, `test${this.#count}.sqlite`)}`
    }
    await this.server().createDatabase(`test${this.#count}`)
    return this.server().url(`test${this.#count}`)
  }

  async open(url: string): Promise<Database> {
    const database = await openDatabase(url, poolOptions)
    this.#opened.push(database)
    return database
  }

  async database(): Promise<Database> {
    const database = await this.open(await this.emptyUrl())
    await database.upgrade()
    return database
  }

  async end(): Promise<void> {
    await Promise.all(this.#opened.map((database) => database.close()))
    await this.#server?.stop()
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }
}
