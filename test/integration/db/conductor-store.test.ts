import { sql } from 'kysely'
import { beforeEach, expect, it, vi } from 'vitest'
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
        draining: false,
        createdAt: expect.any(Date),
        updatedAt: expect.any(Date),
        drivers: [],
      },
      {
        id: expect.any(Number),
        hostname: 'cond-2:8090',
        conductorGroup: 'rack1',
        alive: true,
        online: true,
        draining: false,
        createdAt: expect.any(Date),
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
    const session = await database.conductors.register('cond-1', '', interfaces)
    await age('cond-1', 100)
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: false, online: true }])
    expect(await database.conductors.conductors(200)).toMatchObject([{ alive: true, online: true }])
    expect(await database.conductors.heartbeat(session)).toBe('alive')
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: true, online: true }])
  })

  it('says of each heartbeat whether its session is there, also twice in one second', async () => {
    const session = await database.conductors.register('cond-1', '', [])
    expect(await database.conductors.heartbeat(session)).toBe('alive')
    expect(await database.conductors.heartbeat(session)).toBe('alive')
    expect(await database.conductors.heartbeat({ ...session, hostname: 'cond-2' })).toBe('gone')
  })

  it('a heartbeat does not revive one that was taken offline, as it offers nothing: it has to register again', async () => {
    const session = await database.conductors.register('cond-1', '', interfaces)
    await database.conductors.unregister(session)
    expect(await database.conductors.heartbeat(session)).toBe('gone')
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: false, online: false }])
  })

  it('one that says good-bye is gone at once', async () => {
    const session = await database.conductors.register('cond-1', '', interfaces)
    await database.conductors.unregister(session)
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: false, online: false, drivers: [] }])
    await database.conductors.unregister(session)
    await database.conductors.register('cond-1', '', interfaces)
    expect(await database.conductors.conductors(60)).toMatchObject([
      { alive: true, drivers: ['fake-hardware', 'ipmi'] },
    ])
  })

  it('a second process of a name takes it over: the first finds out, and can do it no harm', async () => {
    const first = await database.conductors.register('cond-1', '', interfaces)
    const second = await database.conductors.register('cond-1', '', interfaces)
    expect(second).toMatchObject({ conductorId: first.conductorId, hostname: 'cond-1' })
    expect(await database.conductors.heartbeat(first)).toBe('replaced')
    expect(await database.conductors.heartbeat(second)).toBe('alive')
    // As a restart does whose old process is still shutting down.
    await database.conductors.unregister(first)
    expect(await database.conductors.conductors(60)).toMatchObject([
      { alive: true, drivers: ['fake-hardware', 'ipmi'] },
    ])
    await expect(database.conductors.register('cond-1', '', interfaces, { renewed: first })).rejects.toMatchObject({
      code: 'ConductorReplaced',
    })
    expect(await database.conductors.heartbeat(second)).toBe('alive')
  })

  it('renews a session of its own, whether that is there, gone, or was renewed already', async () => {
    const first = await database.conductors.register('cond-1', '', interfaces)
    const options = { renewed: first, token: '0d6e4f6a-0000-4000-8000-000000000001' }
    const second = await database.conductors.register('cond-1', '', interfaces, options)
    expect(second.token).toBe(options.token)
    expect(await database.conductors.register('cond-1', '', interfaces, options)).toEqual(second)
    expect(await database.conductors.heartbeat(second)).toBe('alive')
    expect(await database.conductors.heartbeat(first)).toBe('replaced')
    await database.conductors.unregister(second)
    const third = await database.conductors.register('cond-1', '', interfaces, { renewed: second })
    expect(await database.conductors.heartbeat(third)).toBe('alive')
  })

  it('retires one that has fallen silent, once, and no other', async () => {
    const session = await database.conductors.register('cond-1', '', interfaces)
    await database.conductors.register('cond-2', '', interfaces)
    expect(await database.conductors.retire('cond-1', 60)).toBe(false)
    await age('cond-1', 100)
    const other = await engine.open(url)
    const retired = await Promise.all([database, other].map(({ conductors }) => conductors.retire('cond-1', 60)))
    expect(retired.toSorted()).toEqual([false, true])
    expect(await database.conductors.retire('never-seen', 60)).toBe(false)
    expect(await database.conductors.conductors(60)).toMatchObject([
      { hostname: 'cond-1', alive: false, online: false, drivers: [] },
      { hostname: 'cond-2', alive: true, online: true },
    ])
    expect(await database.conductors.heartbeat(session)).toBe('gone')
  })

  it('retires one of the release before, which has no session, and lets it come back', async () => {
    await database.conductors.register('cond-1', '', interfaces)
    {
      await using raw = await rawConnection(url)
      await raw.db.deleteFrom('bootring_conductor_session').execute()
    }
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: true, draining: false }])
    expect(await database.conductors.setDraining('cond-1', true)).toBe(false)
    await age('cond-1', 100)
    expect(await database.conductors.retire('cond-1', 60)).toBe(true)
    expect(await database.conductors.conductors(60)).toMatchObject([{ online: false }])
  })

  it('drains one until it is told otherwise or starts anew', async () => {
    const session = await database.conductors.register('cond-1', '', interfaces)
    expect(await database.conductors.setDraining('cond-1', true)).toBe(true)
    expect(await database.conductors.conductors(60)).toMatchObject([{ alive: true, draining: true }])
    await database.conductors.register('cond-1', '', interfaces, { renewed: session })
    expect(await database.conductors.conductors(60)).toMatchObject([{ draining: true }])
    expect(await database.conductors.setDraining('cond-1', false)).toBe(true)
    expect(await database.conductors.conductors(60)).toMatchObject([{ draining: false }])
    await database.conductors.setDraining('cond-1', true)
    await database.conductors.register('cond-1', '', interfaces)
    expect(await database.conductors.conductors(60)).toMatchObject([{ draining: false }])
    expect(await database.conductors.setDraining('never-seen', true)).toBe(false)
  })

  it("goes by the database's clock alone: this process's may say what it likes", async () => {
    for (const hours of [-5, 5]) {
      vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() + hours * 3_600_000 })
      try {
        const session = await database.conductors.register('cond-1', '', interfaces)
        expect(await database.conductors.conductors(60)).toMatchObject([{ alive: true }])
        expect(await database.conductors.heartbeat(session)).toBe('alive')
        expect(await database.conductors.retire('cond-1', 60)).toBe(false)
        await age('cond-1', 100)
        expect(await database.conductors.conductors(60)).toMatchObject([{ alive: false }])
        expect(await database.conductors.retire('cond-1', 60)).toBe(true)
      } finally {
        vi.useRealTimers()
      }
    }
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
