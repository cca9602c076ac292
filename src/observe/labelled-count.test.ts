import { expect, it } from 'vitest'
import { LabelledCount } from './labelled-count.ts'

it('counts by the values it knows, and those alone', () => {
  const count = new LabelledCount(['a', 'b', 'c'])
  count.add('c')
  count.add('a')
  count.add('c')
  expect([...count.entries()]).toEqual([
    ['a', 1],
    ['c', 2],
  ])
  expect(() => count.add('from a client')).toThrow(RangeError)
  expect(() => count.add('__proto__')).toThrow(RangeError)
})
