import { expect, it } from 'vitest'
import { forEachConcurrently } from './for-each-concurrently.ts'

async function* numbers(taken: number[]) {
  for (let number = 1; number <= 9; number += 1) {
    taken.push(number)
    yield number
  }
}

it('takes items only as fast as they are worked off', async () => {
  const taken: number[] = []
  let underWay = 0
  let most = 0
  await forEachConcurrently(numbers(taken), 3, async () => {
    underWay += 1
    most = Math.max(most, underWay)
    await new Promise(setImmediate)
    underWay -= 1
  })
  expect([taken.length, most]).toEqual([9, 3])
})

it('takes no more items after a failure, and ends when the calls under way have ended', async () => {
  const taken: number[] = []
  const ended: number[] = []
  const slow = Promise.withResolvers<void>()
  let rejected = false
  const run = forEachConcurrently(numbers(taken), 2, async (number) => {
    if (number === 2) throw new Error('the second fails')
    await slow.promise
    ended.push(number)
  }).catch((error: Error) => {
    rejected = true
    return error.message
  })
  await new Promise(setImmediate)
  expect(rejected).toBe(false)
  slow.resolve()
  expect(await run).toBe('the second fails')
  expect(ended).toEqual([1])
  expect(taken.length).toBeLessThanOrEqual(3)
})
