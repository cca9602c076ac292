import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../db/open-database.ts'
import { drainCommand } from './drain.ts'

let folder: string
let database: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-drain-'))
  database = join(folder, 'bootring.sqlite')
  writeFileSync(
    join(folder, 'conf'),
    `[DEFAULT]\nhost = here.example.org\nstate_path = ${folder}\n[database]\nconnection = sqlite:///${database}\n`,
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

const drain = (...words: string[]) =>
  drainCommand().parseAsync([...words, '--config-file', join(folder, 'conf')], { from: 'user' })

it('names the conductors that there are, and where it has the name from', async () => {
  const store = await openDatabase(`sqlite:///${database}`, { maxPoolSize: 1, poolTimeoutSeconds: 10 })
  await store.upgrade()
  await expect(drain()).rejects.toThrow('none has registered in this database')
  for (const name of ['localhost', 'cond-2.example.org:8090']) await store.conductors.register(name, '', [])
  await store.close()
  await expect(drain()).rejects.toMatchObject({
    code: 'UnknownConductor',
    message:
      'no conductor is called here.example.org, as the configuration calls that of this host; there are cond-2.example.org:8090, localhost',
  })
  await expect(drain('nobody')).rejects.toThrow(
    'no conductor is called nobody; there are cond-2.example.org:8090, localhost',
  )
})

it('makes no database, with a wrong configuration perhaps', async () => {
  await expect(drain()).rejects.toThrow(`there is no database ${database}: give the same --config-file`)
  expect(existsSync(database)).toBe(false)
})
