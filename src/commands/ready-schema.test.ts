import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { rawConnection } from '../../test/support/raw-connection.ts'
import { openDatabase } from '../db/open-database.ts'
import { BootringError } from '../model/errors.ts'
import { readySchema } from './ready-schema.ts'

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-ready-schema-'))
  const url = `sqlite:///${join(folder, 'db.sqlite')}`
  const database = await openDatabase(url, { maxPoolSize: 1, poolTimeoutSeconds: 10 })
  onTestFinished(async () => {
    await database.close()
    rmSync(folder, { recursive: true })
  })
  return { database, url }
}

it('makes the tables of an embedded database', async () => {
  const { database, url } = await open()
  await readySchema(database, url)
  await database.checkSchema()
})

it('leaves one of a newer release as it is: the way back must be open', async () => {
  const { database, url } = await open()
  await database.upgrade()
  await using raw = await rawConnection(url)
  await sql`insert into bootring_migration values ('9999-from-the-future', '2030-01-01')`.execute(raw.db)
  await readySchema(database, url)
  await database.checkSchema()
})

it("does not touch a server's", async () => {
  const outdated = new BootringError('SchemaOutdated', 'not applied: 0001')
  const database = { checkSchema: () => Promise.reject(outdated), upgrade: () => expect.unreachable() }
  await expect(readySchema(database, 'postgresql://db/bootring')).rejects.toBe(outdated)
})

it('upgrades nothing that could not be looked at', async () => {
  const away = new BootringError('DatabaseUnavailable', 'locked')
  const database = { checkSchema: () => Promise.reject(away), upgrade: () => expect.unreachable() }
  await expect(readySchema(database, 'sqlite:////x')).rejects.toBe(away)
})
