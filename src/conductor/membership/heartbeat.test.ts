import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { BootringError } from '../../model/errors.ts'
import type { HeartbeatResult, RegisterOptions } from '../../model/stores.ts'
import { Heartbeat } from './heartbeat.ts'
import type { LiveSession } from './live-session.ts'

const options = { hostname: 'c1', conductorGroup: 'rack1', interfaces: [], intervalSeconds: 10 }

/**
 * Writes down what it is asked; `answers` are the results of the heartbeats, the last one for all further ones, and
 * `registrations` the failures of the registrations, as long as there are any.
 */
function recordingStore(answers: (HeartbeatResult | Error)[], registrations: (Error | undefined)[] = []) {
  const calls: string[] = []
  const registered: RegisterOptions[] = []
  return {
    calls,
    registered,
    async register(hostname: string, group: string, _interfaces: unknown, how: RegisterOptions = {}) {
      calls.push(`register ${hostname} ${group}`)
      registered.push(how)
      const failure = registrations.shift()
      if (failure) throw failure
      return { conductorId: 1, hostname, token: how.token ?? '' }
    },
    async heartbeat() {
      calls.push('heartbeat')
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer instanceof Error) throw answer
      return answer ?? 'alive'
    },
    async unregister() {
      calls.push('unregister')
    },
  }
}

function listener() {
  return { onRenewed: vi.fn<() => void>(), onReplaced: vi.fn<(error: BootringError) => void>() }
}

describe('Heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('registers, beats at each interval, and unregisters', async () => {
    const store = recordingStore(['alive'])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    await heartbeat.start(listener())
    const { signal } = heartbeat.live as LiveSession
    await vi.advanceTimersByTimeAsync(20_000)
    expect(signal.aborted).toBe(false)
    await heartbeat.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(store.calls).toEqual(['register c1 rack1', 'heartbeat', 'heartbeat', 'unregister'])
    expect(signal.aborted).toBe(true)
    expect(heartbeat.live).toBeUndefined()
  })

  it('registers again when its session is gone, and says so', async () => {
    const store = recordingStore(['gone', 'alive'])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    const told = listener()
    await heartbeat.start(told)
    const before = heartbeat.live
    await vi.advanceTimersByTimeAsync(20_000)
    expect(store.calls).toEqual(['register c1 rack1', 'heartbeat', 'register c1 rack1', 'heartbeat'])
    expect(store.registered[1]?.renewed).toBe(before?.session)
    expect(before?.signal.aborted).toBe(true)
    expect(heartbeat.live?.session.token).not.toBe(before?.session.token)
    expect(told.onRenewed).toHaveBeenCalledOnce()
    await heartbeat.stop()
  })

  it('ends when another process has its name, and leaves that one alone', async () => {
    const store = recordingStore(['replaced'])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    const told = listener()
    await heartbeat.start(told)
    const { signal } = heartbeat.live as LiveSession
    await vi.advanceTimersByTimeAsync(60_000)
    await heartbeat.stop()
    expect(store.calls).toEqual(['register c1 rack1', 'heartbeat'])
    expect(told.onReplaced).toHaveBeenCalledWith(expect.objectContaining({ code: 'ConductorReplaced' }))
    expect(told.onRenewed).not.toHaveBeenCalled()
    expect(signal.aborted).toBe(true)
  })

  it('ends as well when that comes between two steps of its own', async () => {
    const taken = new BootringError('ConductorReplaced', 'taken')
    const heartbeat = new Heartbeat(recordingStore(['gone'], [undefined, taken]), options, recordingLogger())
    const told = listener()
    await heartbeat.start(told)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(told.onReplaced).toHaveBeenCalledExactlyOnceWith(taken)
  })

  it('tries again long before the next interval after a failure, and says so', async () => {
    const away = new Error('database gone')
    const store = recordingStore([away, away, 'alive'])
    const log = recordingLogger()
    const heartbeat = new Heartbeat(store, options, log)
    await heartbeat.start(listener())
    await vi.advanceTimersByTimeAsync(12_000)
    expect(store.calls.filter((call) => call === 'heartbeat')).toHaveLength(3)
    expect(log.lines.map(({ message }) => message)).toEqual(['heartbeat failed', 'heartbeat failed'])
    await vi.advanceTimersByTimeAsync(6_000)
    expect(store.calls.filter((call) => call === 'heartbeat')).toHaveLength(3)
    await heartbeat.stop()
  })

  it('does not ask a database that stays away more than every two seconds', async () => {
    const store = recordingStore([new Error('database gone')])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    await heartbeat.start(listener())
    await vi.advanceTimersByTimeAsync(70_000)
    expect(store.calls.length).toBeGreaterThan(25)
    expect(store.calls.length).toBeLessThan(40)
    await heartbeat.stop()
  })

  it('is not steady before it has beaten for a while, nor for a while after a failure', async () => {
    const store = recordingStore(['alive', 'alive', 'alive', new Error('database gone'), 'alive'])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    expect(heartbeat.steady).toBe(false)
    await heartbeat.start(listener())
    const steady: boolean[] = []
    for (let second = 5; second <= 65; second += 10) {
      await vi.advanceTimersByTimeAsync(second === 5 ? 5_000 : 10_000)
      steady.push(heartbeat.steady)
    }
    expect(steady).toEqual([false, false, true, true, false, false, true])
    await heartbeat.stop()
  })

  it('begins another session at once when the one it has is doubted, once', async () => {
    const store = recordingStore(['alive'])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    const told = listener()
    await heartbeat.start(told)
    const before = heartbeat.live as LiveSession
    heartbeat.doubt(before)
    heartbeat.doubt(before)
    expect(before.signal.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(1_000)
    heartbeat.doubt(before)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(store.calls).toEqual(['register c1 rack1', 'register c1 rack1'])
    expect(store.registered[1]?.renewed).toBe(before.session)
    expect(told.onRenewed).toHaveBeenCalledOnce()
    await heartbeat.stop()
  })

  it('offers the same token until it knows that the session has begun', async () => {
    const lost = new Error('no answer within 20 s')
    const store = recordingStore(['gone', 'alive'], [undefined, lost, lost])
    const heartbeat = new Heartbeat(store, options, recordingLogger())
    await heartbeat.start(listener())
    await vi.advanceTimersByTimeAsync(15_000)
    const tokens = store.registered.map(({ token }) => token)
    expect(tokens).toHaveLength(4)
    expect(new Set(tokens.slice(1)).size).toBe(1)
    expect(tokens[0]).not.toBe(tokens[1])
    await heartbeat.stop()
  })

  it('does not unregister what it never registered', async () => {
    const store = recordingStore(['alive'])
    await new Heartbeat(store, options, recordingLogger()).stop()
    expect(store.calls).toEqual([])
  })
})
