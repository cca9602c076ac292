import { expect, it } from 'vitest'
import { aBootEvent } from '../../../test/support/a-boot-event.ts'
import { MemoryBootEvents } from '../../../test/support/memory-boot-events.ts'
import type { StoredBootEvent } from '../../model/boot-events.ts'
import { EventTail } from './event-tail.ts'

/** A store whose events come to light as the test says. */
class LateStore extends MemoryBootEvents {
  show(...ids: number[]): void {
    for (const id of ids) this.all.push({ ...aBootEvent({ at: id }), id })
    this.all.sort((a, b) => a.id - b.id)
  }
}

const idsOf = (events: readonly StoredBootEvent[]) => events.map(({ id }) => id)

it('gives each event once, also those that come late', async () => {
  const store = new LateStore()
  const tail = new EventTail(store, [], 0)
  store.show(1, 2, 4)
  expect(idsOf(await tail.read(1000))).toEqual([1, 2, 4])
  expect(idsOf(await tail.read(2000))).toEqual([])
  store.show(3, 5)
  expect(idsOf(await tail.read(3000))).toEqual([3, 5])
  store.show(8)
  expect(idsOf(await tail.read(4000))).toEqual([8])
  // By now nobody waits for 6 and 7 any more.
  expect(idsOf(await tail.read(10_000))).toEqual([])
  store.show(6, 9)
  expect(idsOf(await tail.read(11_000))).toEqual([9])
})

it('goes on after what was known, and looks at settled events no more', async () => {
  const store = new LateStore()
  store.show(...Array.from({ length: 100 }, (_, index) => index + 1))
  const tail = new EventTail(store, store.all, 1_000_000)
  store.rows = 0
  expect(await tail.read(1_000_000)).toEqual([])
  expect(store.rows).toBe(0)
})

it('catches up with a store that is far ahead, bit by bit', async () => {
  const store = new LateStore()
  store.show(...Array.from({ length: 7000 }, (_, index) => index + 1))
  const tail = new EventTail(store, [], 0)
  expect((await tail.read(1000)).length).toBe(5000)
  expect((await tail.read(2000)).length).toBe(2000)
})

it('goes on where the clock is set back', async () => {
  const store = new LateStore()
  const tail = new EventTail(store, [], 0)
  const ids = Array.from({ length: 5000 }, (_, index) => index + 2)
  store.show(...ids)
  expect(idsOf(await tail.read(3_600_000))).toEqual(ids)
  store.show(5002)
  await tail.read(10_000)
  expect(idsOf(await tail.read(11_000))).toEqual([5002])
})
