import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ScriptedServer } from '../support/scripted-server.ts'
import { SimulatedMachine } from '../support/simulated-machine.ts'
import { SkippingClock } from '../support/skipping-clock.ts'

let server: ScriptedServer
let url: string

beforeEach(async () => {
  server = new ScriptedServer()
  url = `http://127.0.0.1:${await server.listen()}`
  server.answer('/good', { body: 'good' })
})
afterEach(() => server.close())

/** Runs `imgfetch` of each path, and says which succeeded. */
async function fetchAll(paths: readonly string[], options = '') {
  const lines = paths.map((path) => {
    const target = path.startsWith('http:') ? path : `${url}${path}`
    return `imgfetch ${options} ${target} && echo ok || echo failed`
  })
  const machine = new SimulatedMachine({ rootScript: { text: ['#!ipxe', ...lines].join('\n') } })
  await machine.boot()
  return machine
}

const connections = () => server.requests.map(({ connection }) => connection)

describe('statuses', () => {
  it.each([404, 500, 503, 429, 403])('%i fails at once, and the connection is kept', async (status) => {
    server.answer('/bad', { status, body: 'sorry' })
    const machine = await fetchAll(['/bad', '/good'])
    expect(machine.output).toEqual(['failed', 'ok'])
    expect(machine.answers).toEqual([status, 200])
    expect(connections()).toEqual([1, 1])
    expect(machine.clock.pauses).toEqual([])
  })

  it.each([503, 429])('%i with Retry-After is asked again, after the pause, until it is well', async (status) => {
    const busy = { status, headers: { 'Retry-After': '3' }, body: 'busy' }
    server.answer('/busy', busy, busy, { body: 'good' })
    const machine = await fetchAll(['/busy'])
    expect(machine.output).toEqual(['ok'])
    expect(machine.clock.pauses).toEqual([3000, 3000])
    expect(machine.of('pause').map(({ reason }) => reason)).toEqual(['retry-after', 'retry-after'])
    expect(machine.of('request').map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  })

  it('a date in Retry-After counts as 5 seconds', async () => {
    server.answer('/busy', { status: 503, headers: { 'Retry-After': 'Fri, 31 Dec 1999 23:59:59 GMT' } }, {})
    expect((await fetchAll(['/busy'])).clock.pauses).toEqual([5000])
  })

  it('--timeout ends the asking again', async () => {
    server.answer('/busy', { status: 503, headers: { 'Retry-After': '2' } })
    const machine = await fetchAll(['/busy'], '--timeout 5000')
    expect(machine.output).toEqual(['failed'])
    expect(machine.answers).toEqual([503, 503, 503])
    expect(machine.clock.pauses.slice(0, 2)).toEqual([2000, 2000])
    expect(machine.clock.pauses[2]).toBeLessThan(1001)
  })

  it.each([301, 302, 303, 307, 308])('%i is followed', async (status) => {
    server.answer('/moved', { status, headers: { Location: '/good' } })
    const machine = await fetchAll(['/moved'])
    expect(machine.output).toEqual(['ok'])
    expect(server.asked).toEqual(['GET /moved', 'GET /good'])
  })

  it('a redirect to a relative URL with a colon fails: iPXE takes what stands before it for a scheme', async () => {
    server.answer('/moved', { status: 302, headers: { Location: '/good?mac=52:54' } })
    const machine = await fetchAll(['/moved'])
    expect(machine.output).toEqual(['failed'])
    expect(server.asked).toEqual(['GET /moved'])
  })

  it('a circle of redirects is the end', async () => {
    server.answer('/moved', { status: 302, headers: { Location: `${url}/moved` } })
    const machine = await fetchAll(['/moved'])
    expect(machine.of('ended')[0]?.outcome).toMatchObject({ end: 'lost' })
  })
})

describe('connections', () => {
  it('refused: fails at once', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const address = closed.address()
    await new Promise((resolve) => closed.close(resolve))
    const port = typeof address === 'object' ? address?.port : 0
    const machine = await fetchAll([`http://127.0.0.1:${port}/`])
    expect(machine.answers).toEqual(['connection refused'])
    expect(machine.output).toEqual(['failed'])
  })

  it('not opened within 15.75 s: fails', async () => {
    const clock = new SkippingClock()
    const limits: number[] = []
    clock.limit = (ms, reached) => {
      limits.push(ms)
      queueMicrotask(reached)
      return () => {}
    }
    const machine = new SimulatedMachine({ clock, rootScript: { url: `${url}/good` } })
    expect(await machine.boot()).toMatchObject({ end: 'gave-up', reason: 'root script: timed out' })
    expect(limits).toEqual([15_750])
  })

  it.each(['reset', 'close'] as const)('%s before an answer, fresh: fails at once', async (deliver) => {
    server.answer('/bad', { deliver })
    const machine = await fetchAll(['/bad'])
    expect(machine.output).toEqual(['failed'])
    expect(server.requests).toHaveLength(1)
  })

  it.each(['reset', 'close'] as const)('%s before an answer, kept: asks once more on a new one', async (deliver) => {
    server.answer('/bad', { deliver }, { body: 'good' })
    const machine = await fetchAll(['/good', '/bad'])
    expect(machine.output).toEqual(['ok', 'ok'])
    expect(connections()).toEqual([1, 1, 2])
    expect(machine.of('request').map(({ keptConnection }) => keptConnection)).toEqual([false, true, false])
  })

  it('reset before an answer, kept and then again: fails', async () => {
    server.answer('/bad', { deliver: 'reset' })
    const machine = await fetchAll(['/good', '/bad'])
    expect(machine.output).toEqual(['ok', 'failed'])
    expect(connections()).toEqual([1, 1, 2])
  })

  it('closed while nobody used it: a new one, without a failure', async () => {
    server.answer('/last', { body: 'last', thenClose: true })
    const lines = [`imgfetch ${url}/last`, 'sleep 1', `imgfetch ${url}/good && echo ok`]
    const machine = new SimulatedMachine({ rootScript: { text: ['#!ipxe', ...lines].join('\n') } })
    await machine.boot()
    expect(machine.output).toEqual(['ok'])
    expect(connections().at(-1)).toBe(2)
  })

  it('one for each host and port', async () => {
    const other = new ScriptedServer()
    const otherUrl = `http://127.0.0.1:${await other.listen()}`
    other.answer('/good', {})
    await fetchAll(['/good', `${otherUrl}/good`, '/good', `${otherUrl}/good`])
    expect(connections()).toEqual([1, 1])
    expect(other.requests.map(({ connection }) => connection)).toEqual([1, 1])
    await other.close()
  })

  it('Connection: close is obeyed', async () => {
    server.answer('/last', { headers: { Connection: 'close' }, body: 'last' })
    await fetchAll(['/last', '/good'])
    expect(connections()).toEqual([1, 2])
  })
})

describe('bodies', () => {
  it.each(['half-then-reset', 'half-then-close'] as const)('%s: fails', async (deliver) => {
    server.answer('/bad', { body: 'x'.repeat(1000), deliver })
    const machine = await fetchAll(['/bad', '/good'])
    expect(machine.output).toEqual(['failed', 'ok'])
    expect(machine.of('request')[0]).toMatchObject({ status: 200, bytes: 500 })
  })

  it('half, then silence: --timeout ends it', async () => {
    server.answer('/bad', { body: 'x'.repeat(1000), deliver: 'half-then-silence' })
    const machine = await fetchAll(['/bad', '/good'], '--timeout 300')
    expect(machine.output).toEqual(['failed', 'ok'])
    expect(machine.of('request')[0]).toMatchObject({ failure: 'timed out', bytes: 500 })
  })

  it.each([
    ['half-then-silence', 'waits for the rest of', {}],
    ['whole', 'waits for the end of', { withoutLength: true }],
  ] as const)('%s, and nothing more: hangs for ever', async (deliver, doing, more) => {
    server.answer('/bad', { body: 'x'.repeat(1000), deliver, ...more })
    const machine = new SimulatedMachine({ rootScript: { text: `#!ipxe\nimgfetch ${url}/bad` } })
    const run = machine.boot()
    await expect.poll(() => machine.client.doing).toContain(doing)
    machine.client.powerOff()
    expect(await run).toMatchObject({ end: 'powered-off', doing: expect.stringContaining(doing) })
  })

  it('without a length, closed in order: whole', async () => {
    server.answer('/all', { body: 'all', withoutLength: true, thenClose: true })
    const machine = await fetchAll(['/all'])
    expect(machine.of('request')).toMatchObject([{ status: 200, failure: undefined, bytes: 3 }])
  })

  it('in chunks', async () => {
    const body = '4\r\ngood\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n'
    server.answer('/chunks', { body, withoutLength: true, headers: { 'Transfer-Encoding': 'chunked' } })
    const machine = await fetchAll(['/chunks', '/good'])
    expect(machine.of('request')).toMatchObject([{ bytes: 20 }, { bytes: 4 }])
    expect(connections()).toEqual([1, 1])
  })
})
