import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TrafficShare } from './traffic-share.ts'

it('grants the burst, and then its share of the requests', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.integer({ min: 2, max: 50 }), (share, burst) => {
      const requests = 2_000
      const budget = new TrafficShare(share, burst)
      let granted = 0
      for (let i = 0; i < requests; i++) {
        budget.earn()
        if (budget.take()) granted += 1
      }
      expect(granted).toBeLessThanOrEqual(burst + share * requests)
      expect(granted).toBeGreaterThanOrEqual(Math.floor(share * requests) - 2)
    }),
  )
})

it('saves no more than the burst', () => {
  const budget = new TrafficShare(0.5, 3)
  for (let i = 0; i < 1_000; i++) budget.earn()
  expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, true, false])
})

it('grants nothing where the share is nothing', () => {
  const budget = new TrafficShare(0, 20)
  budget.earn()
  expect(budget.take()).toBe(false)
})
