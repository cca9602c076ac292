import { expect, it } from 'vitest'
import { aBootEvent, largestEvent } from '../../test/support/a-boot-event.ts'
import type { BootEvent } from './boot-events.ts'
import { packEvents, unpackEvents } from './packed-events.ts'

/** Of each event in a batch of them, as this process holds them. */
function bytesOf(event: BootEvent): number {
  const events = 500
  return packEvents(Array.from({ length: events }, () => event)).bytes.buffer.byteLength / events
}

it('are unpacked as they were, in order', () => {
  const steps = [
    { step: 'node', milliseconds: 0.25 },
    { step: 'cond-1', milliseconds: 3, error: 'ConductorUnreachable' },
  ]
  const odd = aBootEvent({ steps, reason: 'half a character: \ud800, \u20ac, \u{1f680} and "quotes"\0' })
  const events = [aBootEvent(), odd, largestEvent('\u20ac'), largestEvent('\0'), aBootEvent({ at: 1 })]
  const packed = packEvents(events)
  expect(packed.count).toBe(5)
  expect(unpackEvents(packed.bytes)).toEqual(events)
  expect(unpackEvents(packEvents([]).bytes)).toEqual([])
})

it('take no more than docs/events.md says, whatever the texts', () => {
  expect(bytesOf(aBootEvent())).toBeLessThan(600)
  // In the worst case each character takes six bytes.
  expect(bytesOf(largestEvent('\0'))).toBeLessThan(70_000)
  // Usually hosts have shorter names, and few are asked.
  const host = 'h'.repeat(255)
  const steps = Array.from({ length: 4 }, () => ({ step: host, milliseconds: 1, error: 'ConductorUnreachable' }))
  const hosts = { server: host, owner: host, conductor: host, steps }
  expect(bytesOf({ ...largestEvent('\u20ac'), ...hosts })).toBeLessThan(9_000)
})
