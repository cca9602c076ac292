import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { aBootEvent, largestEvent } from '../../test/support/a-boot-event.ts'
import { packEvent, unpackEvent } from './packed-event.ts'

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

it('is unpacked as it was', () => {
  const steps = [
    { step: 'node', milliseconds: 0.25 },
    { step: 'cond-1', milliseconds: 3, error: 'ConductorUnreachable' },
  ]
  const event = aBootEvent({ steps, reason: 'half a character: \ud800, and "quotes"\0' })
  expect(unpackEvent(packEvent(event))).toEqual(event)
})

it('has a queue hold no more than docs/events.md says, whatever the texts', () => {
  expect(heapBytesOf(() => packEvent(aBootEvent()))).toBeLessThan(1_000)
  // In the worst case each character takes two bytes.
  expect(heapBytesOf(() => packEvent(largestEvent('\u20ac')))).toBeLessThan(30_000)
  // Usually hosts have shorter names, and few are asked.
  const host = 'h'.repeat(255)
  const steps = Array.from({ length: 4 }, () => ({ step: host, milliseconds: 1, error: 'ConductorUnreachable' }))
  const hosts = { server: host, owner: host, conductor: host, steps }
  expect(heapBytesOf(() => packEvent({ ...largestEvent('\u20ac'), ...hosts }))).toBeLessThan(10_000)
})

it('keeps nothing else of the request that a text was cut out of', () => {
  const ofRequest = () => {
    const head = `GET /v1/boot/1/${'name'.repeat(5)}\r\n${'x'.repeat(30_000)}${Math.random()}`
    return packEvent(aBootEvent({ name: head.slice(15, 35), reason: head.slice(20, 2000), steps: [] }))
  }
  expect(heapBytesOf(ofRequest)).toBeLessThan(6_000)
})
