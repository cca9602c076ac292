import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import type { HardwareInterface } from '../../../src/model/conductor.ts'
import type { Database } from '../../../src/model/stores.ts'
import { eachDatabase } from '../../support/databases.ts'
import { rawConnection } from '../../support/raw-connection.ts'

const interfaces: HardwareInterface[] = [
  { hardwareType: 'ipmi', interfaceType: 'boot', interfaceName: 'ipxe', isDefault: true },
  { hardwareType: 'ipmi', interfaceType: 'deploy', interfaceName: 'direct', isDefault: false },
  { hardwareType: 'fake-hardware', interfaceType: 'boot', interfaceName: 'ipxe', isDefault: true },
]

eachDatabase((engine) => {
  let url: string
  let database: Database

  beforeEach(async () => {
    url = await engine.emptyUrl()
    database = await engine.open(url)
    await database.upgrade()
  })

  /** Makes a conductor look as if it was last heard from so many seconds ago. */
  async function age(hostname: string, seconds: number): Promise<void> {
    await using raw = await rawConnection(url)
    await raw.db
      .updateTable('conductors')
      .set({ updated_at: raw.dialect.secondsAgo(seconds) })
      .where('hostname', '=', hostname)
      .execute()
  }

  it('registers a conductor with what it offers', async () => {
    await database.conductors.register('cond-2:8090', 'Rack1', interfaces)
    await database.conductors.register('cond-1', '', [])
    expect(await database.conductors.conductors(60)).toEqual([
      {
        id: expect.any(Number),
        hostname: 'cond-1',
        conductorGroup: '',
        alive: true,
        online: true,
        updatedAt: expect.any(Date),
        drivers: [],
      },
      {
        id: expect.any(Number),
        hostname: 'cond-2:8090',
        conductorGroup: 'rack1',
        alive: true,
        online: true,
        updatedAt: expect.any(Date),
        drivers: ['fake-hardware', 'ipmi'],
      },
    ])
  })

  it('reads its times as UTC, whatever the time zone of server and process', async () => {
    await database.conductors.register('cond-1', '', [])
    const [conductor] = await database.conductors.conductors(60)
    const differenceMinutes = Math.abs(Date.now() - (conductor?.updatedAt?.getTime() ?? 0)) / 60_000
    expect(differenceMinutes).toBeLessThan(5)
  })

  it('registering again replaces what it offers and keeps its row', async () => {
    await database.conductors.register('cond-1', 'a', interfaces)
    const before = await database.conductors.conductors(60)
    await database.conductors.register('cond-1', 'b', interfaces.slice(2))
    const after = await database.conductors.conductors(60)
    expect(after).toMatchObject([{ id: before[0]?.id, conductorGroup: 'b', drivers: ['fake-hardware'] }])
  })

  it('many register at once, some of them twice', async () => {
    const other = await engine.open(url)
    const names = ['cond-1', 'cond-2', 'cond-3', 'cond-4', 'cond-1', 'cond-2']
    await Promise.all(
      names.map((name, i) => (i % 2 === 0 ? database : other).conductors.register(name, '', interfaces)),
    )
    const all = await database.conductors.conductors(60)
    expect(all.map(({ hostname, drivers }) => [hostname, drivers])).toEqual(
      ['cond-1', 'cond-2', 'cond-3', 'cond-4'].map((name) => [name, ['fake-hardware', 'ipmi']]),
    )
  })

  it('one not heard from for longer than the time-out is dead, and comes back with its next heartbeat', async () => {
    await database.conductors.register('cond-1', '', interfaces)
    await age('cond-1', 100)
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: false, online: true }])
    expect(await database.conductors.conductors(200)).toMatchObject([{ alive: true, online: true }])
    expect(await database.conductors.heartbeat('cond-1')).toBe(true)
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: true, online: true }])
  })

  it('says of each heartbeat whether the row is there, also twice in one second', async () => {
    await database.conductors.register('cond-1', '', [])
    expect(await database.conductors.heartbeat('cond-1')).toBe(true)
    expect(await database.conductors.heartbeat('cond-1')).toBe(true)
    expect(await database.conductors.heartbeat('cond-2')).toBe(false)
  })

  it('a heartbeat does not revive one that was taken offline, as it offers nothing: it has to register again', async () => {
    await database.conductors.register('cond-1', '', interfaces)
    await database.conductors.unregister('cond-1')
    expect(await database.conductors.heartbeat('cond-1')).toBe(false)
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: false, online: false }])
  })

  it('one that says good-bye is gone at once', async () => {
    await database.conductors.register('cond-1', '', interfaces)
    await database.conductors.unregister('cond-1')
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: false, online: false, drivers: [] }])
    await database.conductors.unregister('cond-1')
    await database.conductors.unregister('never-seen')
    await database.conductors.register('cond-1', '', interfaces)
    expect(await database.conductors.conductors(60)).toMatchObject([
      { alive: true, drivers: ['fake-hardware', 'ipmi'] },
    ])
  })

  it('reads rows that were written by others: no heartbeat yet, group in capitals', async () => {
    {
      await using raw = await rawConnection(url)
      await raw.db
        .insertInto('conductors')
        .values({ hostname: 'odd', conductor_group: 'RACK', online: raw.dialect.boolean(true), updated_at: sql`null` })
        .execute()
    }
    expect(await database.conductors.conductors(60)).toMatchObject([
      { hostname: 'odd', conductorGroup: 'rack', alive: false, online: true, updatedAt: null },
    ])
  })
})
