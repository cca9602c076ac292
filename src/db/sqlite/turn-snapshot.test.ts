import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openSqliteFile } from './sqlite-file.ts'
import { TurnSnapshot } from './turn-snapshot.ts'

describe('TurnSnapshot', () => {
  let count: () => unknown
  let add: () => void
  let checkpoint: () => void
  /** Overwrites all of the file but its first page. */
  let damage: () => void
  let snapshot: TurnSnapshot

  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-snapshot-'))
    const writer = await openSqliteFile(join(folder, 'db.sqlite'), 'write')
    writer.exec('create table things (id integer primary key)')
    const reader = await openSqliteFile(join(folder, 'db.sqlite'), 'read')
    snapshot = new TurnSnapshot(reader)
    const question = reader.prepare('select count(*) as n from things')
    count = () => {
      snapshot.begin()
      return question.get()?.n
    }
    add = () => writer.exec('insert into things default values')
    checkpoint = () => writer.exec('pragma wal_checkpoint(truncate)')
    damage = () => {
      const file = openSync(join(folder, 'db.sqlite'), 'r+')
      const { size } = fstatSync(file)
      writeSync(file, Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096)
      closeSync(file)
    }
    onTestFinished(() => {
      snapshot.end()
      reader.close()
      writer.close()
      rmSync(folder, { recursive: true })
    })
  })

  it('shows one state within a turn of the event loop, and the newest in the next', async () => {
    expect(count()).toBe(0)
    add()
    await Promise.resolve()
    expect(count()).toBe(0)
    await nextTurn()
    expect(count()).toBe(1)
  })

  it('shows what was written at once when told to end', async () => {
    expect(count()).toBe(0)
    add()
    snapshot.end()
    expect(count()).toBe(1)
    snapshot.end()
    snapshot.end()
    await nextTurn()
    add()
    expect(count()).toBe(2)
  })

  it('survives a file that is damaged while it is being used', async () => {
    for (let i = 0; i < 2000; i += 1) add()
    checkpoint()
    await nextTurn()
    damage()
    for (let turn = 0; turn < 5; turn += 1) {
      expect(count).toThrow('malformed')
      await nextTurn()
    }
  })

  it('keeps nobody from writing', () => {
    count()
    for (let i = 0; i < 10; i += 1) add()
    expect(count()).toBe(0)
  })
})
