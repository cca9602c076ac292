import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aBootEvent, largestEvent } from '../../test/support/a-boot-event.ts'
import { boundedEvent } from './bounded-event.ts'

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
