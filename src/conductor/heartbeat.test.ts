import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { Heartbeat } from './heartbeat.ts'

const options = { hostname: 'c1', conductorGroup: 'rack1', interfaces: [], intervalSeconds: 10 }

/** Writes down what it is asked; `answers` are the results of the heartbeats, the last one for all further ones. */
function recordingStore(answers: (boolean | Error)[]) {
  const calls: string[] = []
  return {
    calls,
    async register(hostname: string, group: string) {
      calls.push(`register ${hostname} ${group}`)
    },
    async heartbeat() {
      calls.push('heartbeat')
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer instanceof Error) throw answer
      return answer ?? true
    },
    async unregister() {
      calls.push('unregister')
    },
  }
}

describe('Heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('registers, beats at each interval, and unregisters', async () => {
    const store = recordingStore([true])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    await heartbeat.start()
    await vi.advanceTimersByTimeAsync(20_000)
    await heartbeat.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(store.calls).toEqual(['register c1 rack1', 'heartbeat', 'heartbeat', 'unregister'])
  })

  it('registers again when its row is gone', async () => {
    const store = recordingStore([false, true])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    await heartbeat.start()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(store.calls).toEqual(['register c1 rack1', 'heartbeat', 'register c1 rack1', 'heartbeat'])
    await heartbeat.stop()
  })

  it('goes on beating after a failure, and says so', async () => {
    const store = recordingStore([new Error('database gone'), true])
    const log = recordingLogger()
    const heartbeat = new Heartbeat(store, options, log)
    await heartbeat.start()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(store.calls.filter((call) => call === 'heartbeat')).toHaveLength(2)
    expect(log.lines).toEqual([expect.objectContaining({ level: 'error', message: 'heartbeat failed' })])
    await heartbeat.stop()
  })

  it('does not unregister what it never registered', async () => {
    const store = recordingStore([true])
    await new Heartbeat(store, options, recordingLogger()).stop()
    expect(store.calls).toEqual([])
  })
})
