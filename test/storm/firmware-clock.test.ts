import { MessageChannel } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { realClock } from '../../storm/firmware/firmware-clock.ts'

it('a limit takes what has arrived before it counts as reached', async () => {
  const order: string[] = []
  const { port1, port2 } = new MessageChannel()
  const arrived = new Promise<void>((resolve) => {
    port2.once('message', () => {
      order.push('arrived')
      resolve()
    })
  })
  const reached = new Promise<void>((resolve) => {
    realClock.limit(1, () => {
      order.push('reached')
      resolve()
    })
  })
  port1.postMessage('')
  const until = performance.now() + 20
  while (performance.now() < until);
  await Promise.all([arrived, reached])
  port1.close()
  expect(order).toEqual(['arrived', 'reached'])
})

it.each(['pause', 'limit'] as const)('a cancelled %s does not happen', async (what) => {
  let happened = false
  const cancel = realClock[what](1, () => {
    happened = true
  })
  cancel()
  await new Promise<void>((resolve) => realClock.limit(30, resolve))
  expect(happened).toBe(false)
})
