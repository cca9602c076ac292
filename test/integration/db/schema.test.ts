import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { expect, it, vi } from 'vitest'
import { preflightCommand } from '../../../src/commands/preflight.ts'
import { openDatabase } from '../../../src/db/open-database.ts'
import { DuplicateKey } from '../../../src/db/translate.ts'
import { eachDatabase, type TestEngine } from '../../support/databases.ts'
import { rawConnection } from '../../support/raw-connection.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../../support/upgrade-once.ts', import.meta.url))

const all = [
  '0001-conductors',
  '0002-nodes',
  '0003-ports',
  '0004-conductor-sessions',
  '0005-newer-columns',
  '0006-management',
  '0007-boot-events',
  '0008-names-in-byte-order',
]

/** Has the database tell a time ten minutes ago to whoever comes by the URL that this answers. */
async function setBack(engine: TestEngine, url: string): Promise<string> {
  const name = new URL(url).pathname.slice(1)
  switch (engine.name) {
    case 'sqlite':
      break
    case 'postgresql':
      await engine
        .server()
        .administer(
          name,
          `create function public.clock_timestamp() returns timestamptz language sql as $$ select pg_catalog.clock_timestamp() - interval '590 s' $$`,
          `alter database ${name} set search_path = public, pg_catalog`,
        )
      break
    case 'mariadb':
      // Not for those who may everything.
      await engine
        .server()
        .administer(
          name,
          `set global init_connect = 'set timestamp = unix_timestamp() - 590'`,
          `create user 'late'@'%' identified by 's@cret'`,
          `grant all on ${name}.* to 'late'@'%'`,
        )
      return url.replace('tester', 'late')
  }
  return url
}

eachDatabase((engine) => {
  it('is brought up to date once', async () => {
    const database = await engine.open(await engine.emptyUrl())
    await database.ping()
    await expect(database.checkSchema()).rejects.toMatchObject({ code: 'SchemaOutdated' })
    const heard: string[] = []
    expect(await database.upgrade((name) => heard.push(name))).toEqual(all)
    await database.checkSchema()
    expect(await database.upgrade((name) => heard.push(name))).toEqual([])
    expect(heard).toEqual(all)
  })

  it("tells the time by the database's clock, which here is this host's", async () => {
    const database = await engine.open(await engine.emptyUrl())
    const before = Date.now()
    const time = (await database.time()).getTime()
    // Cut to the second.
    expect(time).toBeGreaterThan(before - 1_000)
    expect(time).toBeLessThanOrEqual(Date.now())
  })

  it('is told before machines boot that its clock is wrong', async () => {
    const url = await engine.emptyUrl()
    await (await engine.open(url)).upgrade()
    vi.stubEnv('OS_DATABASE__CONNECTION', await setBack(engine, url))
    const { exitCode } = process
    let text = ''
    const write = (chunk: string) => {
      text += chunk
    }
    try {
      const command = preflightCommand({ write }, { write: () => undefined })
      await command.parseAsync(['--only', 'clocks', '--json'], { from: 'user' })
    } finally {
      process.exitCode = exitCode
      vi.unstubAllEnvs()
    }
    const { findings } = JSON.parse(text) as { findings: { severity: string; message: string }[] }
    // SQLite's clock is this host's.
    const wrong = {
      severity: 'error',
      message: expect.stringMatching(/^the database's clock is 5\d\d s behind this host's$/),
    }
    expect(findings).toMatchObject(engine.name === 'sqlite' ? [] : [wrong])
  })

  it('is brought up to date by several hosts at once', async () => {
    const url = await engine.emptyUrl()
    const hosts = await Promise.all(Array.from({ length: 4 }, () => engine.open(url)))
    const applied = await Promise.all(hosts.map((host) => host.upgrade()))
    expect(applied.flat().sort()).toEqual(all)
    await Promise.all(hosts.map((host) => host.checkSchema()))
  })

  it('is brought up to date by several processes at once', async () => {
    const url = await engine.emptyUrl()
    const runs = await Promise.all(Array.from({ length: 3 }, () => run(process.execPath, [script, url])))
    expect(runs.flatMap(({ stdout }) => JSON.parse(stdout) as string[]).sort()).toEqual(all)
    await (await engine.open(url)).checkSchema()
  })

  it('has the columns and indexes that Ironic would have made', async () => {
    const url = await engine.emptyUrl()
    await (await engine.open(url)).upgrade()
    await using raw = await rawConnection(url)
    const tables = await raw.db.introspection.getTables()
    const columns = Object.fromEntries(tables.map((table) => [table.name, table.columns.map((one) => one.name)]))
    expect(Object.keys(columns).sort()).toEqual([
      'bootring_boot_event',
      'bootring_boot_minute',
      'bootring_conductor_session',
      'bootring_migration',
      'bootring_migration_lock',
      'conductor_hardware_interfaces',
      'conductors',
      'node_history',
      'node_inventory',
      'node_traits',
      'nodes',
      'portgroups',
      'ports',
    ])
    expect(columns.nodes).toEqual(
      expect.arrayContaining([
        'reservation',
        'conductor_affinity',
        'driver_internal_info',
        'rescue_interface',
        'version',
      ]),
    )
    expect(columns.conductor_hardware_interfaces).toContain('default')
    expect(columns.ports).toEqual(expect.arrayContaining(['local_link_connection', 'is_smartnic', 'portgroup_id']))
    // Each of these is somebody's key already.
    const node = { uuid: 'u1', name: 'n1', driver: null, conductor_group: '', protected: raw.dialect.boolean(false) }
    const insertNode = (values: object) =>
      raw.db
        .insertInto('nodes')
        .values({ ...node, ...values })
        .execute()
    await insertNode({})
    await expect(insertNode({ uuid: 'u2' })).rejects.toBeInstanceOf(DuplicateKey)
    await expect(insertNode({ name: 'n2' })).rejects.toBeInstanceOf(DuplicateKey)
    await insertNode({ uuid: 'u2', name: null })
    await insertNode({ uuid: 'u3', name: null })
    const insertPort = (values: object) =>
      raw.db
        .insertInto('ports')
        .values({ uuid: 'p1', address: 'a1', node_id: null, ...values })
        .execute()
    await insertPort({})
    await expect(insertPort({ uuid: 'p2' })).rejects.toBeInstanceOf(DuplicateKey)
    await expect(insertPort({ address: 'a2' })).rejects.toBeInstanceOf(DuplicateKey)
    // And a port can't belong to a node that is not there.
    await expect(insertPort({ uuid: 'p2', address: 'a2', node_id: 4711 })).rejects.toThrow(/foreign key/i)
  })

  it('an older release works with a newer schema, and does not upgrade it', async () => {
    const url = await engine.emptyUrl()
    const database = await engine.open(url)
    await database.upgrade()
    {
      await using raw = await rawConnection(url)
      await sql`insert into bootring_migration values ('9999-from-the-future', ${new Date().toISOString()})`.execute(
        raw.db,
      )
    }
    const logger = recordingLogger()
    const older = await openDatabase(url, { maxPoolSize: 1, poolTimeoutSeconds: 10, logger })
    await older.checkSchema()
    await older.close()
    expect(logger.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { migrations: ['9999-from-the-future'] } },
    ])
    await expect(database.upgrade()).rejects.toMatchObject({
      code: 'SchemaOutdated',
      message: expect.stringContaining('9999'),
    })
  })

  it('a newer release says which of its migrations an older schema lacks', async () => {
    const url = await engine.emptyUrl()
    const database = await engine.open(url)
    await database.upgrade()
    const newest = all.at(-1) ?? ''
    {
      await using raw = await rawConnection(url)
      await sql`delete from bootring_migration where name = ${newest}`.execute(raw.db)
    }
    await expect(database.checkSchema()).rejects.toMatchObject({
      code: 'SchemaOutdated',
      message: expect.stringContaining(newest),
    })
  })

  it('says that tables are missing, rather than that nothing matched', async () => {
    const database = await engine.open(await engine.emptyUrl())
    await expect(database.conductors.conductors(60)).rejects.toMatchObject({ code: 'SchemaOutdated' })
  })
})
