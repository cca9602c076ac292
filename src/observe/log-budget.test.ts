import { expect, it } from 'vitest'
import { LogBudget } from './log-budget.ts'

it('lets a burst through, then so many a second, and never saves up more than a burst', () => {
  let now = 0
  const budget = new LogBudget(10, 3, () => now)
  const take = (count: number) => Array.from({ length: count }, () => budget.take())
  expect(take(5)).toEqual([0, 0, 0, undefined, undefined])
  now = 100
  expect(take(2)).toEqual([2, undefined])
  now = 3_600_000
  expect(take(4)).toEqual([1, 0, 0, undefined])
})
