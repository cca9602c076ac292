import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fixedRings, script } from '../../test/support/boot-fakes.ts'
import { type BootServer, type Changes, startBootServer } from '../../test/support/boot-server.ts'
import { ask, header } from '../../test/support/boot-wire.ts'
import type { MethodName, Result } from '../rpc/shapes.ts'
import type { ApiLimits } from './api-limits.ts'

/*
 * Hostile and broken clients on raw sockets: each is stopped by the limit that is there for it, and a machine boots
 * meanwhile.
 */

const path = '/v1/boot/52-54-00-12-34-56/boot.ipxe'
const bootRequest = `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`

const short: Partial<ApiLimits> = {
  headersTimeoutMilliseconds: 300,
  requestTimeoutMilliseconds: 300,
  keepAliveTimeoutMilliseconds: 300,
  stalledTimeoutMilliseconds: 300,
  checkIntervalMilliseconds: 50,
}

const start = (limits: Partial<ApiLimits>, changes: Changes = {}) =>
  startBootServer({ ...changes, server: { limits, ...changes.server } })

/** A client that sends what it is told to, and keeps what it gets. */
function open({ address }: BootServer, ...pieces: string[]): { socket: Socket; text(): string } {
  let text = ''
  const socket = connect(address.port, address.host)
  socket
    .on('error', () => undefined)
    .on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
  for (const piece of pieces) socket.write(piece, 'latin1')
  onTestFinished(() => {
    socket.destroy()
  })
  return { socket, text: () => text }
}

/** Reset or not. */
const ended = (socket: Socket) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())))

/** A machine comes and boots. */
async function boots({ address }: BootServer): Promise<void> {
  expect((await ask(address, `GET ${path} HTTP/1.1`)).body).toBe(script)
}

/** A conductor that keeps its callers waiting until told. */
function heldConductor() {
  const released = Promise.withResolvers<string>()
  const seen = { calls: 0 }
  return {
    seen,
    release: () => released.resolve(script),
    decision: {
      rings: fixedRings('one'),
      conductors: {
        call: <M extends MethodName>(): Promise<Result<M>> => {
          seen.calls += 1
          return released.promise as Promise<Result<M>>
        },
      },
    },
  }
}

describe('clients that are slow or say nothing', () => {
  it.each([
    ['says nothing', []],
    ['sends half a request line', ['GET /v1/bo']],
    ['sends half a header', [`GET ${path} HTTP/1.1\r\nHost: h\r\nX-Slow: `]],
    ['sends half of a second request', [bootRequest, `GET ${path} HTTP/1.1\r\nHo`]],
    ['announces a body that does not come', [`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc`]],
    ['announces one to management', ['POST /v1 HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{']],
    ['keeps a connection after its boot', [bootRequest]],
    ['keeps a connection after a management request', ['GET /v1 HTTP/1.1\r\nHost: h\r\n\r\n']],
  ])('one that %s is cut off', async (_what, pieces) => {
    const server = await start(short)
    const { socket } = open(server, ...pieces)
    await boots(server)
    await ended(socket)
    await boots(server)
  })

  it('one that drips a header, byte by byte, is cut off all the same', async () => {
    const server = await start(short)
    const { socket } = open(server, `GET ${path} HTTP/1.1\r\n`)
    const drip = setInterval(() => socket.writable && socket.write('X'), 20)
    onTestFinished(() => clearInterval(drip))
    await boots(server)
    await ended(socket)
  })

  it.each([
    ['boot scripts', bootRequest, 'a'.repeat(3_000_000)],
    ['answers to HEAD and others', `GET ${path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`, 'a'.repeat(3_000_000)],
  ])('one that does not read its %s is cut off', async (_what, request, tail) => {
    const conductors = { call: async <M extends MethodName>() => `#!ipxe\n${tail}` as Result<M> }
    const server = await start(short, { decision: { conductors } })
    const { socket, text } = open(server)
    socket.pause()
    await once(socket, 'connect')
    // Far more than sockets hold between them.
    for (let i = 0; i < 10; i += 1) {
      socket.write(request)
      await sleep(5)
    }
    await sleep(1_500)
    socket.resume()
    await ended(socket)
    expect(text().length).toBeLessThan(9 * tail.length)
    const response = await ask(server.address, `GET ${path} HTTP/1.1`)
    expect(response.status).toBe(200)
  })

  it('has the system ask whether those that are silent are still there', async () => {
    const server = await start({})
    const { socket } = open(server, bootRequest)
    await once(socket, 'data')
    const { port } = server.address
    const hex = (value: number | undefined) => (value ?? 0).toString(16).toUpperCase().padStart(4, '0')
    const line = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((text) => text.trim().split(/\s+/))
      .find(([, local, remote]) => local?.endsWith(`:${hex(port)}`) && remote?.endsWith(`:${hex(socket.localPort)}`))
    // The timer that runs: 02 is that of keep-alive. Source: Linux, Documentation/networking/proc_net_tcp.
    expect(line?.[5]).toMatch(/^02:/)
  })
})

describe('clients that send too much', () => {
  it('refuses a header that is too long with 431', async () => {
    const server = await start({})
    const { socket, text } = open(server, `GET ${path} HTTP/1.1\r\n${'X-Flood: 0123456789\r\n'.repeat(1_000)}`)
    await ended(socket)
    expect(text()).toMatch(/^HTTP\/1\.1 431 /)
    await boots(server)
  })

  it('cuts off who sends thousands of requests ahead of their answers, and takes few of them in', async () => {
    const held = heldConductor()
    const server = await start({ maxPipelinedRequests: 4 }, { decision: held.decision })
    const { socket } = open(server, bootRequest.repeat(2_000))
    await ended(socket)
    expect(held.seen.calls).toBe(1)
    held.release()
    await boots(server)
  })

  it.each([
    ['of a length', `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n`, 'x'.repeat(16_384)],
    [
      'in chunks without an end',
      `POST ${path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `4000\r\n${'x'.repeat(16_384)}\r\n`,
    ],
    [
      'in chunks, for management,',
      'POST /v1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      `4000\r\n${'x'.repeat(16_384)}\r\n`,
    ],
  ])('cuts off a body %s long before its end', async (_what, head, piece) => {
    const server = await start({ requestTimeoutMilliseconds: 600_000, headersTimeoutMilliseconds: 600_000 })
    const { socket } = open(server, head)
    let sent = 0
    const over = ended(socket).then(() => true)
    while (!socket.closed && sent < 200_000_000) {
      sent += piece.length
      if (socket.writable && !socket.write(piece))
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), over])
      else await sleep(0)
    }
    await over
    expect(sent).toBeLessThan(200_000_000)
    await boots(server)
  })
})

describe('clients that hold connections', () => {
  it('gives the place of an idle connection to a machine', async () => {
    const server = await start({ maxConnections: 10 })
    const idle = Array.from({ length: 8 }, () => open(server))
    const halves = Array.from({ length: 8 }, () => open(server, 'GET /v1/boot'))
    await boots(server)
    await expect
      .poll(() => [...idle, ...halves].filter(({ socket }) => socket.closed).length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(6)
    for (let i = 0; i < 20; i += 1) await boots(server)
  })

  it('does not take the place of a machine that waits for its script', async () => {
    const held = heldConductor()
    const server = await start({ maxConnections: 4 }, { decision: held.decision })
    const machine = open(server, bootRequest.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    await expect.poll(() => held.seen.calls, { timeout: 20_000 }).toBe(1)
    const others = Array.from({ length: 30 }, () => open(server))
    await expect.poll(() => others.filter(({ socket }) => socket.closed).length, { timeout: 20_000 }).toBe(27)
    held.release()
    await ended(machine.socket)
    expect(machine.text().endsWith(Buffer.from(script).toString('latin1'))).toBe(true)
  })

  it('bounds the connections of one client', async () => {
    const server = await start({ maxConnectionsPerAddress: 5 }, { server: { isProxy: () => false } })
    const all = Array.from({ length: 20 }, () => open(server))
    await expect.poll(() => all.filter(({ socket }) => socket.closed).length, { timeout: 20_000 }).toBe(15)
    const machine = connect({ ...server.address, localAddress: '127.0.0.7' }).on('error', () => undefined)
    machine.write(bootRequest)
    const [chunk] = await once(machine, 'data')
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 200 /)
    machine.destroy()
  })

  it('lets a proxy on this host have any number', async () => {
    const server = await start({ maxConnectionsPerAddress: 5 })
    const all = Array.from({ length: 20 }, () => open(server, bootRequest))
    await expect.poll(() => all.filter(({ text }) => text() !== '').length, { timeout: 20_000 }).toBe(20)
  })
})

describe('management requests', () => {
  const management = 'GET / HTTP/1.1'

  it('beyond what is worked on and waits are told to come back', async () => {
    const server = await start({ maxManagementRequests: 0, maxManagementWaiting: 0 })
    const response = await ask(server.address, management)
    expect([response.status, header(response, 'Retry-After')]).toEqual([503, expect.stringMatching(/^[1-5]$/)])
    expect(header(response, 'Content-Length')).toBe(String(Buffer.byteLength(response.body)))
    const fault = JSON.parse(JSON.parse(response.body).error_message)
    expect(fault).toEqual({ faultstring: expect.any(String), faultcode: 'Server', debuginfo: null })
    await boots(server)
    // Nothing is there yet for agents, but they are let through.
    expect((await ask(server.address, 'GET /v1/lookup?addresses=x HTTP/1.1')).status).toBe(404)
    expect((await ask(server.address, 'POST /v1/heartbeat/rack1-n1 HTTP/1.1')).status).toBe(404)
    expect(server.lines.filter(({ msg }) => msg === 'too many requests: one was refused')).toHaveLength(1)
  })

  it('wait for their turn, though not for long', async () => {
    const server = await start({ maxManagementRequests: 0, maxManagementWaitMilliseconds: 30 })
    const responses = await Promise.all([1, 2, 3].map(() => ask(server.address, management)))
    expect(responses.map(({ status }) => status)).toEqual([503, 503, 503])
  })

  it('of clients that have gone take no place, whether they were answered or not', async () => {
    const server = await start({ maxManagementRequests: 2, maxManagementWaiting: 40 })
    for (let i = 0; i < 10; i += 1) {
      const { socket } = open(server)
      await once(socket, 'connect')
      // One that waits for its body holds up those behind it.
      const slow = 'POST /v1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n'
      socket.write('GET /v1 HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(8) + slow)
      if (i % 2 === 0) await once(socket, 'data')
      socket.resetAndDestroy()
    }
    await expect.poll(async () => (await ask(server.address, management)).status, { timeout: 20_000 }).toBe(200)
  })

  it('are down to their minimum while many machines boot, and never to nothing', async () => {
    const held = heldConductor()
    const server = await start(
      { maxBootRequests: 4, maxManagementRequests: 10, minManagementRequests: 1, maxManagementWaiting: 1 },
      { decision: held.decision },
    )
    const machines = [1, 2].map(() => open(server, bootRequest))
    await expect.poll(() => held.seen.calls, { timeout: 20_000 }).toBe(2)
    // Each holds its place until its body has come.
    const slow = 'POST /v1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n'
    const posts = [1, 2, 3].map(() => open(server, slow))
    await expect.poll(() => posts.filter(({ text }) => text().startsWith('HTTP/1.1 503')).length).toBe(1)
    for (const { socket, text } of posts) if (text() === '') socket.write('{}')
    await expect.poll(() => posts.filter(({ text }) => text().startsWith('HTTP/1.1 404')).length).toBe(2)
    held.release()
    await expect.poll(() => machines.filter(({ text }) => text().startsWith('HTTP/1.1 200')).length).toBe(2)
    expect((await ask(server.address, management)).status).toBe(200)
  })
})

describe('agents that never end their calls', () => {
  const head =
    'POST /v1/heartbeat/rack1-n1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n'
  const limits = { maxAgentRequests: 6, maxAgentRequestsPerAddress: 2 }

  it('hold a few places, and keep none from others', async () => {
    const server = await start(limits, { server: { isProxy: () => false } })
    const slow = Array.from({ length: 10 }, () => open(server, head))
    const refused = () => slow.filter(({ text }) => text().startsWith('HTTP/1.1 503')).length
    await expect.poll(refused, { timeout: 20_000 }).toBe(8)
    const machine = connect({ ...server.address, localAddress: '127.0.0.7' }).on('error', () => undefined)
    machine.write(`${head}{}`)
    const [chunk] = await once(machine, 'data')
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 404 /)
    machine.destroy()
    for (const { socket } of slow) socket.destroy()
    const again = async () => (await ask(server.address, 'GET /v1/lookup?addresses=x HTTP/1.1')).status
    await expect.poll(again, { timeout: 20_000 }).toBe(404)
  })

  it('may be many behind a proxy', async () => {
    const server = await start(limits)
    const slow = Array.from({ length: 10 }, () => open(server, head))
    await expect
      .poll(() => slow.filter(({ text }) => text().startsWith('HTTP/1.1 503')).length, { timeout: 20_000 })
      .toBe(4)
    for (const { socket, text } of slow) if (text() === '') socket.write('{}')
    await expect
      .poll(() => slow.filter(({ text }) => text().startsWith('HTTP/1.1 404')).length, { timeout: 20_000 })
      .toBe(6)
  })
})
