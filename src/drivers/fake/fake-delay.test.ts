import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawSeconds, parseFakeDelay } from './fake-delay.ts'

describe('a delay', () => {
  it.each([
    ['0', 0, 0],
    ['1.5', 1.5, 1.5],
    [2, 2, 2],
    ['1,3', 1, 3],
    [' 1 , 3 ', 1, 3],
  ])('reads %j', (text, minSeconds, maxSeconds) => {
    expect(parseFakeDelay(text)).toEqual({ minSeconds, maxSeconds })
  })

  it.each(['', 'x', '-1', '3,1', '1,2,3', '1,', '1e3', '86401', Number.NaN, -1, null, undefined, true, {}])(
    'does not read %j',
    (text) => {
      expect(parseFakeDelay(text)).toBeUndefined()
    },
  )

  it('lies between its two times', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(100),
        fc.nat(100),
        (random, min, more) => {
          const seconds = drawSeconds({ minSeconds: min, maxSeconds: min + more }, random)
          expect(seconds).toBeGreaterThanOrEqual(min)
          expect(seconds).toBeLessThanOrEqual(min + more)
        },
      ),
    )
  })

  it('is more often short than long', () => {
    const delay = { minSeconds: 1, maxSeconds: 5 }
    expect(drawSeconds(delay, 0)).toBe(1)
    expect(drawSeconds(delay, 0.5)).toBeLessThan(2.5)
    expect(drawSeconds(delay, 1)).toBe(5)
  })
})
