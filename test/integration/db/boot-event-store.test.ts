import { afterAll, expect, it } from 'vitest'
import { parseConnectionUrl } from '../../../src/db/connection-url.ts'
import { openEngine } from '../../../src/db/engines/open-engine.ts'
import { openBootEventStore } from '../../../src/db/events/open-boot-event-store.ts'
import type { BootEvent, BootEventStore } from '../../../src/model/boot-events.ts'
import { packEvents } from '../../../src/model/packed-events.ts'
import { aBootEvent, largestEvent } from '../../support/a-boot-event.ts'
import { eachDatabase } from '../../support/databases.ts'

eachDatabase((engine) => {
  const opened: BootEventStore[] = []
  afterAll(() => Promise.all(opened.map((store) => store.close())))

  async function open(url: string, readOnly = false): Promise<BootEventStore> {
    const store = await openBootEventStore({ url, isOwn: true, readOnly, poolTimeoutSeconds: 10 })
    opened.push(store)
    return store
  }

  async function filled(events: BootEvent[]): Promise<BootEventStore> {
    const store = await open(await engine.emptyUrl())
    await store.append(packEvents(events))
    return store
  }

  it('gives back what was kept, whole', async () => {
    const whole = aBootEvent({
      steps: [
        { step: 'node', milliseconds: 0.123 },
        { step: 'cond-1', milliseconds: 12, error: 'ConductorUnreachable' },
      ],
      bytes: 5_000_000_000,
      reason: 'größer — 😀',
    })
    const bare: BootEvent = {
      ...aBootEvent({ kind: 'syslog', server: 'cond-1', outcome: 'refused', milliseconds: 0, steps: [] }),
      ...{ mac: null, node_uuid: null, node_name: null, client: null, request_id: null, code: null, reason: null },
      ...{ name: null, provision_state: null, owner: null, conductor: null, bytes: null, sha256: null },
      user_agent: null,
    }
    const store = await filled([whole, bare])
    const events = await store.events({}, 10)
    expect(events).toEqual([
      { ...bare, id: expect.any(Number) },
      { ...whole, id: expect.any(Number) },
    ])
    expect(events[0]?.id).toBeGreaterThan(events[1]?.id ?? 0)
  })

  it('holds the largest event there is, whatever is in its texts', async () => {
    const event = largestEvent('\u{1f600}')
    const store = await filled([event, { ...event, name: 'a\0b\ud800c' }])
    const [odd, same] = await store.events({}, 2)
    expect(odd?.name).toBe('a\ufffdb\ufffdc')
    expect(same?.reason?.length).toBe(1024)
  })

  it('keeps a batch of any size', async () => {
    const sizes = [0, 1, 31, 300]
    const store = await filled([])
    for (const size of sizes)
      await store.append(packEvents(Array.from({ length: size }, (_, at) => aBootEvent({ at }))))
    expect((await store.events({}, 1000)).length).toBe(332)
  })

  it('filters by everything, and pages both ways', async () => {
    const events = Array.from({ length: 40 }, (_, index) =>
      aBootEvent({
        at: 1000 + index,
        mac: index % 2 === 0 ? '52:54:00:00:00:01' : '52:54:00:00:00:02',
        node_uuid: index % 4 === 0 ? 'uuid-1' : null,
        client: index < 10 ? '192.0.2.9' : '192.0.2.1',
        kind: index % 5 === 0 ? 'file' : 'script',
      }),
    )
    const store = await filled(events)
    const ats = async (...asked: Parameters<BootEventStore['events']>) =>
      (await store.events(...asked)).map(({ at }) => at - 1000)
    expect(await ats({ mac: '52:54:00:00:00:01' }, 3)).toEqual([38, 36, 34])
    expect(await ats({ node_uuid: 'uuid-1', kinds: ['file'] }, 9)).toEqual([20, 0])
    expect(await ats({ client: '192.0.2.9', since: 1005, until: 1008 }, 9)).toEqual([7, 6, 5])
    expect(await ats({ kinds: [] }, 9)).toEqual([])
    const all = await store.events({}, 100)
    const middle = all[20]?.id ?? 0
    expect(await ats({ before: middle }, 2)).toEqual([18, 17])
    expect(await ats({ after: middle }, 2)).toEqual([20, 21])
    expect(await ats({ after: middle, mac: '52:54:00:00:00:02' }, 2)).toEqual([21, 23])
  })

  it('goes on after the newest, when all have been deleted', async () => {
    const store = await filled([aBootEvent({ at: 1 }), aBootEvent({ at: 2 })])
    const [{ id } = { id: 0 }] = await store.events({}, 1)
    expect(await store.prune(10)).toBe(2)
    await store.append(packEvents([aBootEvent({ at: 11 })]))
    expect(await store.events({ after: id }, 10)).toEqual([{ ...aBootEvent({ at: 11 }), id: expect.any(Number) }])
  })

  it('deletes what is older, some thousands a call', async () => {
    const store = await filled(Array.from({ length: 2100 }, (_, at) => aBootEvent({ at })))
    expect(await store.prune(2050)).toBe(2000)
    expect(await store.prune(2050)).toBe(50)
    expect(await store.prune(2050)).toBe(0)
    expect((await store.events({}, 1000)).length).toBe(50)
  })

  it('keeps no more than so many: the oldest go, some thousands a call, and their figures stay', async () => {
    const store = await filled(Array.from({ length: 3100 }, (_, at) => aBootEvent({ at })))
    expect(await store.trim(3100)).toBe(0)
    expect(await store.trim(1000)).toBe(2000)
    expect(await store.trim(1000)).toBe(100)
    expect(await store.trim(1000)).toBe(0)
    const left = await store.events({ after: 0 }, 2000)
    expect([left.length, left[0]?.at]).toEqual([1000, 2100])
    expect(await store.minutes(0)).toMatchObject([{ at: 0, served: 3100 }])
    await store.prune(60_000)
    expect(await store.minutes(0)).toEqual([])
    // Ids of deleted events do not come again.
    await store.append(packEvents([aBootEvent()]))
    expect((await store.events({}, 10))[0]?.id).toBeGreaterThan(left.at(-1)?.id ?? 0)
    expect(await store.trim(1)).toBe(0)
  })

  it('counts scripts by minutes', async () => {
    const minute = 60_000
    const served = Array.from({ length: 100 }, (_, index) =>
      aBootEvent({ at: 3 * minute + index, milliseconds: index + 1 }),
    )
    // In two batches: what was counted before is counted on.
    const store = await filled(served.filter((_, index) => index % 3 === 0))
    await store.append(
      packEvents([
        ...served.filter((_, index) => index % 3 !== 0),
        aBootEvent({ at: 2 * minute - 1, outcome: 'refused', code: 'PortNotFound' }),
        aBootEvent({ at: 4 * minute - 1, outcome: 'refused', code: 'PortNotFound' }),
        aBootEvent({ at: 3 * minute, outcome: 'refused', code: 'StateForbidsBoot' }),
        aBootEvent({ at: 3 * minute, outcome: 'unavailable', code: 'NoConductors' }),
        aBootEvent({ at: 3 * minute, kind: 'file', milliseconds: 9000 }),
        aBootEvent({ at: 5 * minute, outcome: 'refused', code: 'MalformedMac' }),
      ]),
    )
    const [first, second, ...more] = await store.minutes(2 * minute)
    expect(first).toMatchObject({ at: 3 * minute, served: 100, refused: 2, unavailable: 1 })
    expect(first?.reasons).toEqual({ PortNotFound: 1, StateForbidsBoot: 1, NoConductors: 1 })
    // Classes are 8 % wide.
    expect(Math.abs((first?.p50_milliseconds ?? 0) / 50 - 1)).toBeLessThan(0.06)
    expect(Math.abs((first?.p99_milliseconds ?? 0) / 99 - 1)).toBeLessThan(0.06)
    expect(second).toEqual({
      ...{ at: 5 * minute, served: 0, refused: 1, unavailable: 0, p50_milliseconds: null, p99_milliseconds: null },
      reasons: { MalformedMac: 1 },
    })
    expect(more).toEqual([])
  })

  it('knows which nodes were served a script since then, each once', async () => {
    const store = await filled([
      aBootEvent({ node_uuid: 'early', at: 999 }),
      aBootEvent({ node_uuid: 'one', at: 1000 }),
      aBootEvent({ node_uuid: 'one', at: 1001 }),
      aBootEvent({ node_uuid: 'two', at: 1002 }),
      aBootEvent({ node_uuid: 'refused', at: 1003, outcome: 'refused', code: 'StateForbidsBoot' }),
      aBootEvent({ node_uuid: 'silent', at: 1004, kind: 'heartbeat' }),
      aBootEvent({ node_uuid: null, at: 1005 }),
    ])
    expect((await store.servedNodes(1000)).toSorted()).toEqual(['one', 'two'])
  })

  it('is shared by several that write and read', async () => {
    const url = await engine.emptyUrl()
    const stores = await Promise.all([open(url), open(url), open(url)])
    await Promise.all(
      stores.flatMap((store, index) =>
        [0, 1, 2].map(() =>
          // Each is counted by several classes, and all of them count at once.
          store.append(
            packEvents(
              Array.from({ length: 50 }, (_, milliseconds) => aBootEvent({ server: `api-${index}`, milliseconds })),
            ),
          ),
        ),
      ),
    )
    expect((await stores[1]?.minutes(0))?.map(({ served }) => served)).toEqual([450])
    const events = await stores[0]?.events({}, 1000)
    expect(new Set(events?.map(({ id }) => id)).size).toBe(450)
    const reader = await open(url, true)
    expect((await reader.events({}, 1000)).length).toBe(450)
  })

  if (engine.name !== 'sqlite')
    it('makes no table in a database of OpenStack, by whatever URL it is called', async () => {
      const url = await engine.emptyUrl()
      const { close, migrate } = await openEngine(parseConnectionUrl(url), { maxPoolSize: 1, poolTimeoutSeconds: 10 })
      await migrate.schema.createTable('alembic_version').addColumn('version_num', 'varchar(32)').execute()
      const store = await open(url)
      await expect(store.append(packEvents([aBootEvent()]))).rejects.toMatchObject({ code: 'ConfigInvalid' })
      expect((await migrate.introspection.getTables()).map(({ name }) => name)).toEqual(['alembic_version'])
      await close()
    })

  it('is in every database of bootring', async () => {
    const url = await engine.emptyUrl()
    const database = await engine.open(url)
    await database.upgrade()
    const store = await openBootEventStore({ url, isOwn: false, poolTimeoutSeconds: 10 })
    opened.push(store)
    await store.append(packEvents([aBootEvent()]))
    expect((await store.events({ mac: aBootEvent().mac ?? '' }, 10)).length).toBe(1)
  })
})
