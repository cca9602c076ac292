import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aBootEvent, largestEvent } from '../../test/support/a-boot-event.ts'
import { boundedEvent } from './bounded-event.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Of each event in a queue of them, as this process holds them. */
function heapBytesOf(make: () => unknown): number {
  const events = 500
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const queue = Array.from({ length: events }, make)
  collectGarbage()
  const bytes = process.memoryUsage().heapUsed - before
  expect(queue).toHaveLength(events)
  return bytes / events
}

it('leaves an event as it is that is no larger than usual', () => {
  expect(boundedEvent(aBootEvent())).toEqual(aBootEvent())
})

it('cuts every text, and keeps the steps that came last', () => {
  const event = largestEvent('x')
  const { steps, ...texts } = event
  const characters = Object.values(texts).reduce<number>((sum, value) => sum + String(value).length, 0)
  expect(characters).toBeLessThan(3200)
  expect(event.reason).toHaveLength(1024)
  expect(JSON.stringify(steps).length).toBeLessThan(10_000)
  const many = Array.from({ length: 20 }, (_, milliseconds) => ({ step: 'cond', milliseconds }))
  expect(boundedEvent(aBootEvent({ steps: many })).steps.map(({ milliseconds }) => milliseconds)).toEqual(
    many.slice(4).map(({ milliseconds }) => milliseconds),
  )
})

it('has a queue hold no more than docs/events.md says, whatever the texts', () => {
  // In the worst case no text is shared, and each of its characters takes two bytes.
  expect(heapBytesOf(() => largestEvent('\u20ac'))).toBeLessThan(30_000)
  // Names of hosts are: there is one text for all events.
  const host = 'h'.repeat(255)
  const steps = Array.from({ length: 4 }, () => ({ step: host, milliseconds: 1, error: 'ConductorUnreachable' }))
  const hosts = { server: host, owner: host, conductor: host, steps }
  expect(heapBytesOf(() => boundedEvent({ ...largestEvent('\u20ac'), ...hosts }))).toBeLessThan(6_000)
})

it('keeps nothing else of the request that a text was cut out of', () => {
  const ofRequest = () => {
    const head = `GET /v1/boot/1/${'name'.repeat(5)}\r\n${'x'.repeat(30_000)}${Math.random()}`
    return boundedEvent(aBootEvent({ name: head.slice(15, 35), reason: head.slice(20, 2000), steps: [] }))
  }
  expect(heapBytesOf(ofRequest)).toBeLessThan(6_000)
})

it('never splits what a database can hold from what it can not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const bounded = boundedEvent(aBootEvent({ name })).name ?? ''
      expect(bounded.isWellFormed()).toBe(true)
      expect(bounded.length).toBeLessThanOrEqual(255)
    }),
    { numRuns: 30 },
  )
})
