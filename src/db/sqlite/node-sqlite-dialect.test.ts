import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'
import { openSqliteFile } from './sqlite-file.ts'
import { StatementCache } from './statement-cache.ts'

it('says of a transaction that fills the disk just that, and goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-dialect-'))
  const database = await openSqliteFile(join(folder, 'db.sqlite'), 'write')
  onTestFinished(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })
  database.exec('create table things (text text)')
  database.exec('pragma cache_size = 5')
  database.exec('pragma max_page_count = 20')
  const db = new Kysely({ dialect: nodeSqliteDialect(new StatementCache(database)) })
  const filling = db.transaction().execute(async (trx) => {
    for (let i = 0; i < 1000; i += 1) await sql`insert into things values (${'x'.repeat(3000)})`.execute(trx)
  })
  await expect(filling).rejects.toThrow('database or disk is full')
  await db.transaction().execute((trx) => sql`insert into things values ('fits')`.execute(trx))
  expect((await sql`select text from things`.execute(db)).rows).toEqual([{ text: 'fits' }])
})
