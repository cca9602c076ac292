import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BootringError } from '../../model/errors.ts'
import { createConductorClient } from '../../rpc/client.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import { type AttemptLog, type AttemptOptions, ConductorAttempts } from './conductor-attempts.ts'

const script = '#!ipxe\nboot\n'
const order = ['one', 'two', 'three']

/** Conductors that are told, call by call, what to answer; those of whom nothing is said answer with the script at once. */
class Conductors implements ConductorClient {
  readonly asked: string[] = []
  readonly behaviour = new Map<string, () => Promise<string>>()

  call(hostname: string): Promise<never> {
    this.asked.push(hostname)
    return (this.behaviour.get(hostname)?.() ?? Promise.resolve(script)) as Promise<never>
  }

  /** How often each was asked since the last look. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const hostname of this.asked.splice(0)) counts[hostname] = (counts[hostname] ?? 0) + 1
    return counts
  }
}

const refused = () => Promise.reject(new BootringError('ConductorUnreachable', 'connection refused'))
const silent = () => new Promise<string>(() => undefined)
const failing = (code: 'Overloaded' | 'NodeNotFound') => () => Promise.reject(new BootringError(code, code))

function attemptsOn(conductors: ConductorClient, changes: Partial<AttemptOptions> = {}) {
  const attempts = new ConductorAttempts({
    conductors,
    attemptTimeoutSeconds: 1,
    totalTimeoutSeconds: 10,
    hedgeShare: 0.1,
    retryShare: 0.2,
    ...changes,
  })
  const ask = async (hosts: readonly string[] = order) => {
    const log: AttemptLog = { requestId: 'req-1', attempts: [] }
    const isUsable = (text: string) => text.startsWith('#!ipxe')
    const found = await attempts.bootConfig(hosts, 'uuid', 'boot.ipxe', isUsable, log)
    return { ...found, attempts: log.attempts }
  }
  return { ask, attempts }
}

/** So that it is known how long answers take. */
async function warmUp(ask: () => Promise<unknown>, conductors: Conductors): Promise<void> {
  for (let i = 0; i < 64; i++) await ask()
  conductors.counts()
}

describe('ConductorAttempts', () => {
  it('asks a conductor that refused connections once, then last', async () => {
    const conductors = new Conductors()
    const { ask, attempts } = attemptsOn(conductors)
    conductors.behaviour.set('one', refused)
    for (let i = 0; i < 20; i++) expect((await ask()).conductor).toBe('two')
    expect(conductors.counts()).toEqual({ one: 1, two: 20 })
    expect(attempts.suspendedConductors).toBe(1)
  })

  it('goes on from a client that throws before it has called, be it asked first or while another one is late', async () => {
    const conductors = new Conductors()
    const { ask, attempts } = attemptsOn(conductors, { attemptTimeoutSeconds: 60, totalTimeoutSeconds: 120 })
    const throwing = () => {
      throw new TypeError('a mistake')
    }
    conductors.behaviour.set('one', throwing)
    expect((await ask()).conductor).toBe('two')
    conductors.behaviour.set('one', () => new Promise((resolve) => setTimeout(resolve, 500, script)))
    conductors.behaviour.set('two', throwing)
    expect((await ask()).attempts).toMatchObject([
      { conductor: 'two', hedge: true, error: { code: 'Internal' } },
      { conductor: 'one' },
    ])
    expect(attempts.suspendedConductors).toBe(0)
  })

  it('goes by the clock that it is given', async () => {
    for (const now of [-1e9, 1e9]) {
      const conductors = new Conductors()
      const { ask, attempts } = attemptsOn(conductors, { now: () => now })
      await ask()
      conductors.behaviour.set('one', refused)
      await ask()
      expect([now, attempts.suspendedConductors]).toEqual([now, 1])
    }
  })

  it('asks it all the same where nobody else answers', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors)
    conductors.behaviour.set('one', refused)
    await ask()
    conductors.behaviour.delete('one')
    conductors.behaviour.set('two', refused)
    conductors.behaviour.set('three', refused)
    expect((await ask()).conductor).toBe('one')
  })

  it('asks a second one beside the first that says nothing, long before the time is over', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { attemptTimeoutSeconds: 60, totalTimeoutSeconds: 120 })
    await warmUp(ask, conductors)
    conductors.behaviour.set('one', silent)
    const { attempts, conductor } = await ask()
    expect(conductor).toBe('two')
    expect(attempts).toMatchObject([
      { conductor: 'two', hedge: true },
      { conductor: 'one', overtaken: true },
    ])
  })

  it('takes one that says nothing three times for gone, and spends no more second calls on it', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { attemptTimeoutSeconds: 60, totalTimeoutSeconds: 120 })
    await warmUp(ask, conductors)
    conductors.behaviour.set('one', silent)
    for (let i = 0; i < 30; i++) expect((await ask()).conductor).toBe('two')
    expect(conductors.counts()).toEqual({ one: 3, two: 30 })
  })

  it('frees those who wait for a conductor as soon as it is taken for gone, without a share to spend', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { attemptTimeoutSeconds: 60, totalTimeoutSeconds: 120, hedgeShare: 0.001 })
    await warmUp(ask, conductors)
    conductors.behaviour.set('one', silent)
    // 20 second calls are allowed at once; three show that the conductor is gone.
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask()))
    expect(new Set(answers.map(({ conductor }) => conductor))).toEqual(new Set(['two']))
    expect(answers.filter(({ attempts }) => attempts.some(({ hedge }) => hedge)).length).toBeLessThanOrEqual(20)
  })

  it('takes none for overtaken that was asked later than the one that answers', async () => {
    const conductors = new Conductors()
    const { ask, attempts } = attemptsOn(conductors, { attemptTimeoutSeconds: 60, totalTimeoutSeconds: 120 })
    const calls = { one: [] as PromiseWithResolvers<string>[], two: [] as PromiseWithResolvers<string>[] }
    for (const hostname of ['one', 'two'] as const) {
      conductors.behaviour.set(hostname, () => {
        const call = Promise.withResolvers<string>()
        calls[hostname].push(call)
        return call.promise
      })
    }
    const [first, ...others] = Array.from({ length: 5 }, () => ask())
    // The others are passed on to a second one as well, and then get the answer of the first.
    calls.one[0]?.reject(new BootringError('ConductorUnreachable', 'connection reset'))
    await expect.poll(() => calls.two.length).toBe(5)
    for (const { resolve } of calls.one) resolve(script)
    for (const { conductor } of await Promise.all(others)) expect(conductor).toBe('one')
    expect(attempts.suspendedConductors).toBe(0)
    for (const { resolve } of calls.two) resolve(script)
    expect((await first)?.conductor).toBe('two')
  })

  it('waits for none any longer when all that it has asked are taken for gone', async () => {
    const conductors = new Conductors()
    const { ask, attempts } = attemptsOn(conductors, { attemptTimeoutSeconds: 60, totalTimeoutSeconds: 120 })
    await warmUp(ask, conductors)
    conductors.behaviour.set('one', silent)
    conductors.behaviour.set('two', silent)
    const both = [ask(), ask(['two', 'one', 'three'])]
    await expect.poll(() => conductors.asked.length).toBe(4)
    for (let i = 0; i < 3; i++) for (const hostname of ['one', 'two']) await ask([hostname, 'three'])
    expect(attempts.suspendedConductors).toBe(2)
    for (const { conductor } of await Promise.all(both)) expect(conductor).toBe('three')
  })

  it('asks a third one when the second one refuses while the first says nothing', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { attemptTimeoutSeconds: 60, totalTimeoutSeconds: 120 })
    await warmUp(ask, conductors)
    conductors.behaviour.set('one', silent)
    conductors.behaviour.set('two', refused)
    expect((await ask()).attempts).toMatchObject([
      { conductor: 'two', hedge: true, error: { code: 'ConductorUnreachable' } },
      { conductor: 'three', hedge: true },
      { conductor: 'one', overtaken: true },
    ])
  })

  it('asks a second one for no more than its share of the requests', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { hedgeShare: 0.05 })
    await warmUp(ask, conductors)
    const late = () => new Promise<string>((resolve) => setTimeout(resolve, 40, script))
    for (const hostname of order) conductors.behaviour.set(hostname, late)
    const answers = await Promise.all(Array.from({ length: 400 }, () => ask()))
    const hedged = answers.filter(({ attempts }) => attempts.some(({ hedge }) => hedge)).length
    expect(hedged).toBeLessThanOrEqual(20 + 0.05 * 464)
    expect(conductors.asked.length).toBeLessThanOrEqual(400 + 20 + 0.05 * 464)
  })

  it('never asks a second one beside the first where the share is 0', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { hedgeShare: 0 })
    await warmUp(ask, conductors)
    conductors.behaviour.set('one', () => new Promise((resolve) => setTimeout(resolve, 60, script)))
    expect((await ask()).conductor).toBe('one')
    expect(conductors.counts()).toEqual({ one: 1 })
  })

  it('makes no storm of retries where all conductors are slow', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { attemptTimeoutSeconds: 0.05, hedgeShare: 0, retryShare: 0.2 })
    for (const hostname of order) conductors.behaviour.set(hostname, silent)
    const failed = async (requests: number) => {
      const outcomes = await Promise.allSettled(Array.from({ length: requests }, () => ask()))
      return outcomes.filter(({ status }) => status === 'rejected').length
    }
    // The first who wait for a conductor that turns out to be gone are passed on, once.
    expect(await failed(100)).toBe(100)
    expect(conductors.asked.length).toBeLessThanOrEqual(300)
    conductors.counts()
    expect(await failed(1_000)).toBe(1_000)
    expect(conductors.asked.length).toBeLessThanOrEqual(1_000 + 100 + 0.2 * 1_100)
  })

  it('makes no storm of retries where conductors are so slow that some answers come too late', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { attemptTimeoutSeconds: 0.3, hedgeShare: 0, retryShare: 0.2 })
    let calls = 0
    const sometimes = () => {
      calls += 1
      return calls % 3 === 0 ? silent() : new Promise<string>((resolve) => setTimeout(resolve, 100, script))
    }
    for (const hostname of order) conductors.behaviour.set(hostname, sometimes)
    const outcomes: Promise<unknown>[] = []
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < 5; j++) outcomes.push(ask().catch(() => undefined))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await Promise.all(outcomes)
    // Some more, for a machine that stands still so long that all seem to be gone.
    expect(conductors.asked.length).toBeLessThanOrEqual(1_000 + 100 + 0.2 * 1_000 + 200)
  })

  it('takes no time-out for a refused connection, though the client has timers of its own', async () => {
    const server = createServer(() => undefined)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port: defaultPort } = server.address() as AddressInfo
    const client = createConductorClient({ defaultPort, useSsl: false, attemptTimeoutSeconds: 0.3, connections: 50 })
    onTestFinished(async () => {
      server.closeAllConnections()
      server.close()
      await client.close()
    })
    const asked: string[] = []
    const { ask } = attemptsOn(
      {
        call: (hostname, method, params, context) => {
          asked.push(hostname)
          return client.call('127.0.0.1', method, params, context)
        },
      },
      { attemptTimeoutSeconds: 0.3, hedgeShare: 0, retryShare: 0 },
    )
    // Each has conductors of its own, so that none is passed on because of another.
    await Promise.allSettled(Array.from({ length: 50 }, (_, i) => ask([`one-${i}`, `two-${i}`])))
    expect(asked.length).toBe(50)
  })

  it('goes on for all to a conductor that answers, however many were refused before', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors, { retryShare: 0 })
    conductors.behaviour.set('one', refused)
    conductors.behaviour.set('two', refused)
    const answers = await Promise.all(Array.from({ length: 500 }, () => ask()))
    expect(answers.every(({ conductor }) => conductor === 'three')).toBe(true)
  })

  it('tries a conductor again that is back, with one request', async () => {
    const conductors = new Conductors()
    const { ask, attempts } = attemptsOn(conductors)
    conductors.behaviour.set('one', refused)
    await ask()
    conductors.behaviour.delete('one')
    await expect.poll(async () => (await ask()).conductor, { timeout: 10_000, interval: 50 }).toBe('one')
    expect(attempts.suspendedConductors).toBe(0)
    expect((await ask()).conductor).toBe('one')
  })

  it('says so when a conductor can not do its work at present, whoever else could not be reached', async () => {
    const conductors = new Conductors()
    const { ask } = attemptsOn(conductors)
    conductors.behaviour.set('one', failing('NodeNotFound'))
    conductors.behaviour.set('two', failing('Overloaded'))
    conductors.behaviour.set('three', refused)
    await expect(ask()).rejects.toMatchObject({ code: 'ConductorsDegraded' })
  })
})
