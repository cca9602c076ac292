import { expect, it, vi } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { BootEventRetention } from './boot-event-retention.ts'

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
  const retention = new BootEventRetention({
    store: { prune },
    retentionSeconds: 60,
    log,
    intervalSeconds: 0.01,
    pauseSeconds: 0,
  })
  await vi.waitFor(() => expect(answers).toEqual([]))
  retention.stop()
  const calls = asked.length
  const [first = 0, second, third] = asked
  expect(first).toBeLessThanOrEqual(Date.now() - 60_000)
  expect(second).toBe(third)
  expect(lines).toHaveLength(1)
  expect(calls).toBeGreaterThanOrEqual(6)
})
