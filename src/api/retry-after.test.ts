import { describe, expect, it } from 'vitest'
import { RetryTimes, retryAfterSeconds } from './retry-after.ts'

it('tells machines that failed together to come back at different whole seconds', () => {
  const waits = (code: 'Overloaded' | 'DatabaseUnavailable') =>
    [0, 0.3, 0.6, 0.999].map((random) => retryAfterSeconds(code, () => random))
  expect(waits('DatabaseUnavailable')).toEqual([2, 3, 4, 5])
  expect(waits('Overloaded')).toEqual([1, 2, 3, 4])
})

describe('RetryTimes', () => {
  /** How many of those that were told to come back do so in each second. */
  function returns(machines: number, clock = { now: 500 }, times = new RetryTimes(() => clock.now)) {
    const bySecond = new Map<number, number>()
    for (let i = 0; i < machines; i += 1) {
      const second = Math.floor(clock.now / 1000) + times.seconds('DatabaseUnavailable')
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1)
    }
    return bySecond
  }

  it('tells few machines what is told to each alone', () => {
    expect([...returns(500).keys()].sort()).toEqual([2, 3, 4, 5])
  })

  it('never asks more than 1,000 back within the same second, while 10,000 wait', () => {
    const bySecond = returns(10_000)
    expect(Math.max(...bySecond.values())).toBe(1_000)
    expect(Math.max(...bySecond.keys())).toBeLessThanOrEqual(30)
  })

  it('spreads evenly what is too much for that', () => {
    const bySecond = returns(60_000)
    expect(Math.max(...bySecond.values())).toBeLessThan(3_000)
    expect(Math.max(...bySecond.keys())).toBeLessThanOrEqual(30)
  })

  it('keeps 10,000 machines apart through a long outage', () => {
    const clock = { now: 0 }
    const times = new RetryTimes(() => clock.now)
    const waiting = new Map([[0, 10_000]])
    for (let second = 0; second < 300; second += 1) {
      clock.now = second * 1000
      const back = waiting.get(second) ?? 0
      if (second > 0) expect(back).toBeLessThanOrEqual(1_000)
      waiting.delete(second)
      for (const [at, count] of returns(back, clock, times)) waiting.set(at, (waiting.get(at) ?? 0) + count)
    }
    expect([...waiting.values()].reduce((sum, count) => sum + count, 0)).toBe(10_000)
  })
})
