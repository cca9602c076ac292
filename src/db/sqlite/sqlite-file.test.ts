import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqlite } from '../dialects/sqlite.ts'
import type { Engine } from '../engines/engine.ts'
import { openSqliteEngine } from '../engines/sqlite-engine.ts'
import { openDatabase } from '../open-database.ts'
import { translator } from '../translate.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import { openSqliteFile } from './sqlite-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-sqlite-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const mode = (path: string) => statSync(path).mode & 0o777
const options = { maxPoolSize: 1, poolTimeoutSeconds: 1 }

describe('openSqliteFile', () => {
  it('makes folder and file for their owner alone, in WAL mode with foreign keys', async () => {
    const path = join(folder, 'new', 'deep', 'x.sqlite')
    const database = await openSqliteFile(path, 'write')
    database.exec('create table t (a)')
    expect([mode(join(folder, 'new')), mode(join(folder, 'new', 'deep')), mode(path)]).toEqual([0o700, 0o700, 0o600])
    expect([mode(`${path}-wal`), mode(`${path}-shm`)]).toEqual([0o600, 0o600])
    const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]
    expect([pragma('journal_mode'), pragma('foreign_keys'), pragma('synchronous')]).toEqual(['wal', 1, 1])
    database.close()
  })

  it('a reader can change nothing', async () => {
    const path = join(folder, 'x.sqlite')
    const writer = await openSqliteFile(path, 'write')
    const reader = await openSqliteFile(path, 'read')
    expect(() => reader.exec('create table t (a)')).toThrow()
    writer.close()
    reader.close()
  })

  it('a file that can not be opened is DatabaseUnavailable', async () => {
    writeFileSync(join(folder, 'text'), 'this is no database, however long the text may be; '.repeat(100))
    writeFileSync(join(folder, 'file'), '')
    for (const path of [join(folder, 'text'), join(folder, 'file', 'x.sqlite'), folder]) {
      await expect(openDatabase(`sqlite:///${path}`, options)).rejects.toMatchObject({
        code: 'DatabaseUnavailable',
        message: expect.stringContaining(path),
      })
    }
  })
})

describe('retryWhileBusy', () => {
  it('waits for a lock and goes on with other work meanwhile', async () => {
    const path = join(folder, 'x.sqlite')
    const holder = await openSqliteFile(path, 'write')
    const waiter = await openSqliteFile(path, 'write')
    holder.exec('create table t (a); begin immediate; insert into t values (1)')
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
      if (turns === 5) holder.exec('commit')
    }, 5)
    await retryWhileBusy(() => waiter.exec('insert into t values (2)'))
    clearInterval(timer)
    expect(turns).toBeGreaterThanOrEqual(5)
    expect(waiter.prepare('select a from t order by a').all()).toEqual([{ a: 1 }, { a: 2 }])
    holder.close()
    waiter.close()
  })

  it('gives up at last, and at once on any other error', async () => {
    const path = join(folder, 'x.sqlite')
    const holder = new DatabaseSync(path)
    const waiter = new DatabaseSync(path, { timeout: 1 })
    holder.exec('begin exclusive')
    await expect(retryWhileBusy(() => waiter.exec('create table t (a)'), 30)).rejects.toThrow(/locked/)
    let calls = 0
    const nonsense = () => {
      calls += 1
      waiter.exec('nonsense')
    }
    await expect(retryWhileBusy(nonsense)).rejects.toThrow(/syntax/)
    expect(calls).toBe(1)
    holder.close()
    waiter.close()
  })
})

describe('the SQLite engine', () => {
  let engine: Engine
  beforeEach(async () => {
    engine = await openSqliteEngine({ engine: 'sqlite', path: join(folder, 'x.sqlite') }, translator(sqlite, 'here'))
    await sql`create table t (a integer primary key, b text)`.execute(engine.write)
  })
  afterEach(() => engine.close())

  const rows = async () => (await sql<{ a: number }>`select a from t order by a`.execute(engine.read)).rows

  it('readers see what was committed while a transaction is under way', async () => {
    const reached = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const transaction = engine.write.transaction().execute(async (trx) => {
      await sql`insert into t (a) values (1)`.execute(trx)
      reached.resolve()
      await goOn.promise
    })
    await reached.promise
    expect(await rows()).toEqual([])
    goOn.resolve()
    await transaction
    expect(await rows()).toEqual([{ a: 1 }])
  })

  it('transactions come one after the other, and one that fails leaves nothing', async () => {
    const insert = (a: number, fail = false) =>
      engine.write.transaction().execute(async (trx) => {
        await sql`insert into t (a) values (${a})`.execute(trx)
        await new Promise((resolve) => setTimeout(resolve, 2))
        if (fail) throw new Error('not this one')
      })
    const results = await Promise.allSettled([insert(1), insert(2, true), insert(3)])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await rows()).toEqual([{ a: 1 }, { a: 3 }])
  })

  it('counts rows, takes all kinds of parameters, and refuses others', async () => {
    const insert = await sql`insert into t (a, b) values (${1}, ${'x'}), (${2n}, ${null}), (${3}, ${true})`.execute(
      engine.write,
    )
    expect(insert.numAffectedRows).toBe(3n)
    expect((await sql`delete from t where a > ${1}`.execute(engine.write)).numAffectedRows).toBe(2n)
    expect((await sql<object>`insert into t values (9, 'y') returning b`.execute(engine.write)).rows).toEqual([
      { b: 'y' },
    ])
    await expect(sql`select ${{}}`.execute(engine.read)).rejects.toThrow(/no form for a parameter/)
  })

  it('answers prepared questions one after the other', async () => {
    await sql`insert into t values (1, 'x'), (2, 'y')`.execute(engine.write)
    const lookUp = engine.prepare<{ a: number }>(
      sql<{ a: number }>`select a from t where b = ${''}`.compile(engine.read),
    )
    expect([await lookUp('y'), await lookUp('z'), await lookUp('x')]).toEqual([{ a: 2 }, undefined, { a: 1 }])
  })

  it('more statements than are kept still work', async () => {
    for (let i = 0; i < 450; i++) {
      const { rows } = await sql<{ n: number }>`select ${sql.lit(i)} + ${1} as n`.execute(engine.read)
      expect(rows).toEqual([{ n: i + 1 }])
    }
  })
})
