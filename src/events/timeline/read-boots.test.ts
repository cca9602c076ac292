import { describe, expect, it } from 'vitest'
import { aBootEvent, noon } from '../../../test/support/a-boot-event.ts'
import { bootsOf } from '../../../test/support/boots-of.ts'
import { MemoryBootEvents } from '../../../test/support/memory-boot-events.ts'
import type { BootEvent } from '../../model/boot-events.ts'
import { packEvents } from '../../model/packed-events.ts'
import { type BootQuery, readBoots } from './read-boots.ts'

const aMinute = 60_000
const now = noon + 100 * 3_600_000

const machine = (number: number): Partial<BootEvent> => ({
  node_uuid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  mac: `52:54:00:00:00:${String(number).padStart(2, '0')}`,
  client: `192.0.2.${number}`,
})
const unknown = (number: number): Partial<BootEvent> => ({
  ...machine(number),
  node_uuid: null,
  mac: `52:54:00:99:00:${String(number).padStart(2, '0')}`,
  outcome: 'refused',
  code: 'PortNotFound',
})

/** Boots of ten machines all through some hours, at the same time as each other, of four events each. */
async function aStore(rounds: number): Promise<MemoryBootEvents> {
  const store = new MemoryBootEvents()
  let request = 0
  for (let round = 0; round < rounds; round++) {
    const at = noon + round * 20 * aMinute
    const add = (offset: number, changes: Partial<BootEvent>) =>
      store.append(packEvents([aBootEvent({ at: at + offset, request_id: `req-${request++}`, ...changes })]))
    for (let number = 0; number < 10; number++) await add(number, unknown(number))
    for (let number = 0; number < 10; number++) await add(1000 + number, machine(number))
    for (let number = 0; number < 10; number++)
      await add(2000 + number, { ...machine(number), kind: 'file', name: 'deploy_kernel' })
    for (let number = 0; number < 5; number++) await add(90_000 + number, { ...machine(number), kind: 'lookup' })
  }
  return store
}

async function allPages(store: MemoryBootEvents, query: BootQuery, limit: number) {
  const boots = []
  let before: number | undefined
  for (let pages = 0; pages < 500; pages++) {
    const page = await readBoots(store, { ...query, before }, limit, now)
    boots.push(...page.boots)
    if (page.next === null) return boots
    expect(page.next).toBeLessThan(before ?? Number.POSITIVE_INFINITY)
    before = page.next
  }
  throw new Error('there is always one more page')
}

describe('pages of boots', () => {
  it.each([1, 7, 100, 1000])('of %i are together what all events are', async (limit) => {
    const store = await aStore(12)
    const all = bootsOf(store.all, now).boots.map(({ boot }) => boot)
    expect(all.length).toBe(120)
    expect(await allPages(store, {}, limit)).toEqual(all)
  })

  it.each<[string, BootQuery]>([
    ['node', { node_uuid: machine(3).node_uuid ?? '' }],
    ['MAC of another NIC', { mac: unknown(3).mac ?? '' }],
    ['client', { client: '192.0.2.3' }],
  ])('by %s have all that belongs to the boots', async (_, query) => {
    const store = await aStore(6)
    const wanted = bootsOf(store.all, now)
      .boots.map(({ boot }) => boot)
      .filter((boot) => boot.node_uuid === machine(3).node_uuid)
    expect(await allPages(store, query, 2)).toEqual(wanted)
    expect(wanted.map(({ events }) => events)).toEqual([4, 4, 4, 4, 4, 4])
  })

  it('by verdict and time', async () => {
    const store = await aStore(6)
    const silent = await allPages(store, { verdict: 'booted, never called back' }, 4)
    expect(silent.map(({ verdict }) => verdict)).toEqual(Array(30).fill('booted, never called back'))
    const [from, until] = [noon + 20 * aMinute, noon + 60 * aMinute]
    const within = await allPages(store, { since: from, until, verdict: 'booted' }, 4)
    expect(within.map(({ begun_at }) => begun_at >= from && begun_at < until)).toEqual(Array(10).fill(true))
  })

  it('take a bounded number of events, and go on where these were not enough', async () => {
    const store = await aStore(400)
    expect(store.all.length).toBe(14_000)
    const page = await readBoots(store, { verdict: 'no conductor' }, 10, now)
    expect(page.boots).toEqual([])
    expect(page.next).toBeGreaterThan(1)
    expect(store.rows).toBeLessThanOrEqual(10_000)
    expect(await allPages(store, { verdict: 'no conductor' }, 10)).toEqual([])
  })

  it('show a boot of more events than that, though without its beginning', async () => {
    const store = new MemoryBootEvents()
    await store.append(packEvents([aBootEvent(), aBootEvent({ kind: 'lookup', at: noon + 1 })]))
    const calls = Array.from({ length: 12_000 }, (_, index) =>
      aBootEvent({ kind: 'script', outcome: 'refused', code: 'StateForbidsBoot', at: noon + 1000 * index }),
    )
    await store.append(packEvents(calls))
    const { boots, next } = await readBoots(store, {}, 10, now)
    expect(boots.map(({ events, verdict }) => [events, verdict])).toEqual([[10_000, 'state does not allow']])
    expect(next).not.toBeNull()
  })
})
