import { expect, it } from 'vitest'
import { retryAfterSeconds } from './retry-after.ts'

it('tells machines that failed together to come back at different whole seconds', () => {
  const waits = (code: 'Overloaded' | 'DatabaseUnavailable') =>
    [0, 0.3, 0.6, 0.999].map((random) => retryAfterSeconds(code, () => random))
  expect(waits('DatabaseUnavailable')).toEqual([2, 3, 4, 5])
  expect(waits('Overloaded')).toEqual([1, 2, 3, 4])
})
