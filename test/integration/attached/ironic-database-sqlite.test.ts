import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sqlite } from '../../../src/db/dialects/sqlite.ts'
import { openIronicDatabase } from '../../../src/db/open-ironic-database.ts'
import { nodeSqliteDialect } from '../../../src/db/sqlite/node-sqlite-dialect.ts'
import { StatementCache } from '../../../src/db/sqlite/statement-cache.ts'
import type { Tables } from '../../../src/db/tables.ts'
import type { IronicDatabase } from '../../../src/model/stores.ts'
import { mac } from '../../support/a-node.ts'
import { describeWith } from '../../support/describe-with.ts'
import { insertIronicRows, rows } from '../../support/ironic-rows.ts'
import { createIronicSchema, ironicReleases, missingForSchema } from '../../support/ironic-schema.ts'
import { userId } from '../../support/user-id.ts'

const python = '/usr/bin/python3'
const writer = fileURLToPath(new URL('../../support/sqlite-writer.py', import.meta.url))
const address = mac('52:54:00:00:00:01')

const present = ironicReleases.find((release) => missingForSchema(release) === undefined)
const missing = present === undefined ? ironicReleases[0]?.source : existsSync(python) ? undefined : 'Python 3'

describeWith(missing, 'the SQLite file of a running Ironic', () => {
  let template: string
  beforeAll(async () => {
    if (!present) throw new Error('no Ironic')
    template = mkdtempSync(join(tmpdir(), 'bootring-ironic-'))
    const file = join(template, 'ironic.sqlite')
    await createIronicSchema(present, `sqlite:///${file}`)
    const database = new DatabaseSync(file)
    const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(new StatementCache(database)) })
    const seen = '2025-01-31 12:00:00.000000'
    await insertIronicRows(db, sqlite, { alive: seen, killed: seen })
    database.close()
  })
  afterAll(() => rmSync(template, { recursive: true }))

  /** A folder of its own with the file in it. */
  function aFile(journalMode: 'delete' | 'wal' = 'delete'): { folder: string; file: string } {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-ironic-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'ironic.sqlite')
    copyFileSync(join(template, 'ironic.sqlite'), file)
    const database = new DatabaseSync(file)
    database.exec(`pragma journal_mode = ${journalMode}`)
    database.close()
    return { folder, file }
  }

  async function open(file: string): Promise<IronicDatabase> {
    const database = await openIronicDatabase(`sqlite:///${file}`, { maxPoolSize: 5, poolTimeoutSeconds: 10 })
    onTestFinished(() => database.close())
    return database
  }

  async function useAll(database: IronicDatabase): Promise<void> {
    await database.checkSchema()
    await database.release()
    await database.conductors.conductors(60)
    await database.nodes.bootTarget(address)
    await database.nodes.bootNode(rows.waiting)
    await Array.fromAsync(database.nodes.nodes(2))
  }

  it('stays as it is, byte for byte, with nothing beside it', async () => {
    const { folder, file } = aFile()
    const look = () => ({
      digest: createHash('sha256').update(readFileSync(file)).digest('hex'),
      changed: statSync(file, { bigint: true }).mtimeNs,
      files: readdirSync(folder),
    })
    const before = look()
    const database = await open(file)
    await useAll(database)
    expect(look()).toEqual(before)
    expect(before.files).toEqual(['ironic.sqlite'])
    await database.close()
    expect(look()).toEqual(before)
  })

  it('one that is not there is named, and not created', async () => {
    const { folder } = aFile()
    const absent = join(folder, 'new', 'absent.sqlite')
    await expect(open(absent)).rejects.toMatchObject({
      code: 'DatabaseUnavailable',
      message: expect.stringContaining(absent),
    })
    expect(readdirSync(folder)).toEqual(['ironic.sqlite'])
  })

  for (const mode of ['delete', 'wal'] as const) {
    it(`reads while Ironic writes, and is not in its way (journal mode ${mode})`, async () => {
      const { file } = aFile(mode)
      const commits = 600
      const database = await open(file)
      const child = spawn(python, [writer, file, String(commits)], { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = once(child, 'exit')
      const output = child.stdout.toArray()
      let running = true
      ended.then(() => {
        running = false
      })
      const names = new Set<string | null>()
      let reads = 0
      const readAll = async () => {
        while (running) {
          const target = await database.nodes.bootTarget(address)
          names.add(target?.nodeName ?? 'nothing')
          await database.nodes.node(rows.waiting)
          await database.conductors.conductors(60)
          reads += 3
          await new Promise(setImmediate)
        }
      }
      await Promise.all([readAll(), readAll(), readAll()])
      await ended
      expect(Buffer.concat(await output).toString()).toBe('0 []\n')
      expect(reads).toBeGreaterThan(30)
      // Fresh data all the while, and the last of it.
      expect(names.size).toBeGreaterThan(2)
      expect(names).not.toContain('nothing')
      expect(await database.nodes.bootTarget(address)).toMatchObject({ nodeName: `n${commits - 1}` })
    })
  }

  it('waits for a commit that takes its time, and the process goes on meanwhile', async () => {
    const { file } = aFile()
    const database = await open(file)
    const other = new DatabaseSync(file)
    other.exec("begin exclusive; update nodes set name = 'late' where id = 1")
    const answers = [database.nodes.bootTarget(address), database.nodes.node(rows.waiting)]
    for (let turn = 0; turn < 5; turn += 1) await sleep(10)
    other.exec('commit')
    other.close()
    expect(await Promise.all(answers)).toMatchObject([{ nodeName: 'late' }, { name: 'late' }])
  })

  it('notices that a backup was put in its place', async () => {
    const { file } = aFile()
    const database = await open(file)
    const named = async () => (await database.nodes.bootTarget(address))?.nodeName
    expect(await named()).toBe('node-01')
    const backup = aFile().file
    const other = new DatabaseSync(backup)
    other.exec("update nodes set name = 'restored' where id = 1")
    other.close()
    renameSync(backup, file)
    await expect.poll(named, { timeout: 20_000 }).toBe('restored')
    rmSync(file)
    const failure = () => named().catch((error: { code: string; message: string }) => error)
    await expect
      .poll(failure, { timeout: 20_000 })
      .toMatchObject({ code: 'DatabaseUnavailable', message: expect.stringContaining(file) })
  })

  it('says that a killed writer left a journal, and goes on when that was rolled back', async () => {
    const { folder, file } = aFile()
    const database = await open(file)
    const killed = new DatabaseSync(file)
    killed.exec('pragma cache_size = 2; begin')
    killed.exec(`with recursive t(i) as (select 1 union all select i + 1 from t where i < 500)
      insert into nodes (uuid, conductor_group, protected, extra) select 'u' || i, '', 0, hex(zeroblob(2000)) from t`)
    const crashed = join(folder, 'crashed.sqlite')
    copyFileSync(file, crashed)
    copyFileSync(`${file}-journal`, `${crashed}-journal`)
    killed.exec('rollback')
    killed.close()
    const left = await open(crashed)
    await expect(left.nodes.bootTarget(address)).rejects.toMatchObject({
      code: 'DatabaseUnavailable',
      message: expect.stringContaining(`was killed and left ${crashed}-journal behind`),
    })
    await expect(left.nodes.node(rows.waiting)).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
    expect(existsSync(`${crashed}-journal`)).toBe(true)
    const ironic = new DatabaseSync(crashed)
    ironic.prepare('select count(*) from nodes').get()
    ironic.close()
    expect(await left.nodes.bootTarget(address)).toMatchObject({ nodeName: 'node-01' })
    expect(await database.nodes.bootTarget(address)).toMatchObject({ nodeName: 'node-01' })
  })

  const nobody = userId('nobody')
  const asRoot = process.getuid?.() === 0 && nobody !== undefined ? undefined : 'root, to become another user'
  describeWith(asRoot, 'as another user', () => {
    /** Opens and asks as `nobody`, in a process of its own; what that prints. */
    async function askAsNobody(file: string): Promise<string> {
      const program = fileURLToPath(new URL('../../support/ask-ironic-database.ts', import.meta.url))
      const args = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', process.execPath, program]
      const child = spawn('setpriv', [...args, `sqlite:///${file}`, address], { stdio: ['ignore', 'pipe', 'inherit'] })
      return Buffer.concat(await child.stdout.toArray()).toString()
    }

    it('in WAL mode: is read where Ironic runs, and says what to do where it does not', async () => {
      const { folder, file } = aFile('wal')
      chmodSync(folder, 0o755)
      chmodSync(file, 0o644)
      const alone = await askAsNobody(file)
      expect(alone).toContain('DatabaseUnavailable')
      expect(alone).toContain('run bootring as the user of Ironic')
      const ironic = new DatabaseSync(file)
      ironic.exec("update nodes set name = 'in-the-wal' where id = 1")
      expect(await askAsNobody(file)).toContain('in-the-wal')
      chmodSync(`${file}-shm`, 0o600)
      expect(await askAsNobody(file)).toContain('run bootring as the user of Ironic')
      ironic.close()
    })

    it('in a rollback journal: is read, with the right to read it alone', async () => {
      const { folder, file } = aFile()
      chmodSync(folder, 0o755)
      chownSync(file, 0, nobody ?? 0)
      chmodSync(file, 0o640)
      expect(await askAsNobody(file)).toContain('node-01')
      chmodSync(file, 0o600)
      expect(await askAsNobody(file)).toContain('DatabaseUnavailable')
    })
  })
})

describe('a file that is no database', () => {
  it('is DatabaseUnavailable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-ironic-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = fileURLToPath(import.meta.url)
    const database = await openIronicDatabase(`sqlite:///${file}`, { maxPoolSize: 1, poolTimeoutSeconds: 1 })
    onTestFinished(() => database.close())
    await expect(database.ping()).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
    await expect(database.checkSchema()).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
    await expect(
      openIronicDatabase(`sqlite:///${folder}`, { maxPoolSize: 1, poolTimeoutSeconds: 1 }),
    ).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
  })
})
