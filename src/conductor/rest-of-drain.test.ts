import { expect, it } from 'vitest'
import { restOfDrain } from './rest-of-drain.ts'

it.each([
  ['all where no work was under way', 30, 0, 30],
  ['what works have left', 30, 12, 18],
  ['as long as others take to notice', 30, 30, 2],
  ['nothing where there is none', 0, 0.01, 0],
])('is %s', (_what, drain, spent, rest) => {
  expect(restOfDrain(drain, spent, 2)).toBe(rest)
})
