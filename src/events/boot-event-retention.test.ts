import { expect, it, vi } from 'vitest'
import { aBootEvent } from '../../test/support/a-boot-event.ts'
import { MemoryBootEvents } from '../../test/support/memory-boot-events.ts'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { packEvents } from '../model/packed-events.ts'
import { BootEventRetention } from './boot-event-retention.ts'

const hurried = { retentionSeconds: 60, intervalSeconds: 0.01, pauseSeconds: 0 }

it('deletes piece by piece what is older, and goes on after a failure', async () => {
  const log = recordingLogger()
  const { lines } = log
  const answers: (number | Error)[] = [new Error('away'), 2000, 2000, 5, 0, 0]
  const asked: number[] = []
  const prune = async (before: number) => {
    asked.push(before)
    const answer = answers.shift() ?? 0
    if (answer instanceof Error) throw answer
    return answer
  }
  const retention = new BootEventRetention({ ...hurried, store: { prune, trim: async () => 0 }, limit: 10, log })
  await vi.waitFor(() => expect(answers).toEqual([]))
  retention.stop()
  const calls = asked.length
  const [first = 0, second, third] = asked
  expect(first).toBeLessThanOrEqual(Date.now() - 60_000)
  expect(second).toBe(third)
  expect(lines).toHaveLength(1)
  expect(calls).toBeGreaterThanOrEqual(6)
})

it('deletes what is too much, tells the two apart in the metrics, and says so once', async () => {
  const log = recordingLogger()
  const store = new MemoryBootEvents()
  const now = Date.now()
  await store.append(packEvents([1, 2].map((old) => aBootEvent({ at: now - 61_000 - old }))))
  await store.append(packEvents(Array.from({ length: 30 }, () => aBootEvent({ at: now }))))
  const deleted = { age: 0, limit: 0 }
  const metrics = {
    deleted(events: number, why: 'age' | 'limit') {
      deleted[why] += events
    },
  }
  const retention = new BootEventRetention({ ...hurried, store, limit: 10, metrics, log })
  await vi.waitFor(() => expect(deleted).toEqual({ age: 2, limit: 20 }))
  await store.append(packEvents([aBootEvent({ at: now }), aBootEvent({ at: now })]))
  await vi.waitFor(() => expect(deleted.limit).toBe(22))
  retention.stop()
  expect(store.all.map(({ id }) => id)).toEqual([25, 26, 27, 28, 29, 30, 31, 32, 33, 34])
  expect(log.lines.map(({ fields }) => fields)).toEqual([{ events: 20, limit: 10 }])
})
