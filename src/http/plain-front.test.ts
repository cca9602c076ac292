import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exchange } from '../../test/support/boot-wire.ts'
import { ConnectionTable } from './connection-table.ts'
import { type HttpExchange, NodeHttpExchange } from './http-exchange.ts'
import { type PlainFront, putPlainFront } from './plain-front.ts'

interface Running {
  address: { host: string; port: number }
  front: PlainFront | undefined
  /** Targets, in order, of requests that took the short way, and of those that Node's parser read. */
  short: string[]
  long: string[]
  server: ReturnType<typeof createServer>
}

function echo(exchange: HttpExchange): void {
  const body = `${exchange.method} ${exchange.target}\n`
  exchange.answer(200, ['X-Odd', 'yes', 'Content-Length', String(body.length)], body, exchange.target === '/last')
}

/** A server that answers with method and target; with the short way before it for GET, or without. */
async function start(
  withFront: boolean,
  answer: (exchange: HttpExchange) => void = echo,
  keepAliveTimeout = 2_000,
): Promise<Running> {
  const [short, long]: [string[], string[]] = [[], []]
  const options = {
    headersTimeout: 300,
    requestTimeout: 300,
    keepAliveTimeout,
    connectionsCheckingInterval: 50,
  }
  const server = createServer({ ...options, requireHostHeader: false }, (request, response) => {
    long.push(request.url ?? '')
    request.resume()
    answer(new NodeHttpExchange(request, response))
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
    else socket.destroy()
  })
  const front = withFront
    ? putPlainFront(server, {
        table: new ConnectionTable({ maxConnections: 1000, maxConnectionsPerAddress: 1000 }),
        takes: ({ method }) => method === 'GET',
        handle: (exchange) => {
          short.push(exchange.target)
          answer(exchange)
        },
      })
    : undefined
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    front?.closeAll()
    server.closeAllConnections()
    server.close()
  })
  const { address, port } = server.address() as AddressInfo
  return { address: { host: address, port }, front, short, long, server }
}

const request = (target: string, ...fields: string[]) => [`GET ${target} HTTP/1.1`, ...fields, '', ''].join('\r\n')
const undated = (text: string) => text.replaceAll(/^Date: .*$/gm, 'Date: …')

/**
 * Sends pieces one after the other, each in a packet of its own, and after the answer to the one before where each gets one;
 * gives all that comes until `answers` have.
 */
async function converse(address: { host: string; port: number }, pieces: string[], answers: number): Promise<string> {
  const socket = connect(address.port, address.host).setNoDelay(true)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  const untilAnswered = async (count: number) => {
    for (let i = 0; i < 200 && (text.match(/^HTTP\/1\.1 /gm) ?? []).length < count; i += 1) await sleep(5)
  }
  for (const [index, piece] of pieces.entries()) {
    socket.write(piece, 'latin1')
    if (pieces.length === answers) await untilAnswered(index + 1)
    else await sleep(5)
  }
  await untilAnswered(answers)
  await sleep(5)
  socket.destroy()
  return undated(text)
}

describe('the short way', () => {
  it('answers plain requests one after the other on one connection', async () => {
    const { address, long, short } = await start(true)
    const socket = connect(address.port, address.host)
    for (const target of ['/a', '/b', '/c']) {
      socket.write(request(target, 'Host: h'))
      const [answer] = await once(socket, 'data')
      expect(String(answer)).toContain(`GET ${target}\n`)
    }
    socket.destroy()
    expect([short, long]).toEqual([['/a', '/b', '/c'], []])
  })

  it.each([
    ['kept connections', [request('/a'), request('/b')], 2],
    ['the end of a connection', [request('/a', 'Connection: close')], 1],
    ['the end of a connection that the server wants', [request('/last')], 1],
    ['pipelined requests', [request('/a') + request('/b') + request('/c')], 3],
    ['a head in two pieces', ['GET /a HTTP/1.1\r\nHo', 'st: h\r\n\r\n'], 1],
    ['a change of method', [request('/a'), 'HEAD /b HTTP/1.1\r\n\r\n', request('/c')], 2],
    ['a body', [request('/a'), 'POST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc', request('/c')], 3],
    ['an old version', ['GET /a HTTP/1.0\r\n\r\n'], 1],
  ] as const)('gives the same bytes as the long one for %s', async (_what, pieces, answers) => {
    const [withFront, without] = [await start(true), await start(false)]
    const text = await converse(withFront.address, [...pieces], answers)
    expect(text).toBe(await converse(without.address, [...pieces], answers))
    expect(text).toContain('X-Odd: yes')
    expect(without.short).toEqual([])
  })

  it('gives the same bytes as the long one whatever is sent', { timeout: 60_000 }, async () => {
    const [withFront, without] = [await start(true), await start(false)]
    const same = async (bytes: string, answersCompared = Number.POSITIVE_INFINITY) => {
      const answers = await Promise.all(
        [withFront, without].map(async ({ address }) => {
          const text = await exchange(address, bytes).catch(() => 'reset')
          return undated(text)
            .split(/(?=HTTP\/1\.1 \d)/)
            .slice(0, answersCompared)
        }),
      )
      expect(answers[0]).toEqual(answers[1])
    }
    const messages = (lines: string[], fields: string[], bodies: string[]) =>
      fc
        .tuple(fc.constantFrom(...lines), fc.subarray(fields), fc.constantFrom(...bodies))
        .map(([line, some, body]) => `${[line, ...some, '', ''].join('\r\n')}${body}`)
    const lines = ['GET /a HTTP/1.1', 'GET /b?c HTTP/1.1']
    const fields = ['Host: h', 'X:', "x-!#$%&'*+.^_`|~9: y:\tz"]
    const wellFormed = messages(lines, [...fields, 'connection: keep-alive'], [''])
    await fc.assert(
      fc.asyncProperty(fc.array(wellFormed, { maxLength: 3 }), (all) =>
        same(all.join('') + request('/end', 'Connection: close')),
      ),
      { numRuns: 100 },
    )
    const odd = messages(
      [...lines, 'GET /b HTTP/1.0', 'HEAD / HTTP/1.1', 'POST /p HTTP/1.1', 'get / HTTP/1.1', 'GET /x y HTTP/1.1', ''],
      [
        ...[...fields, 'Connection: close, x', 'Content-Length: 3', 'content-length: 03', 'Content-Length: 3, 3'],
        ...['Transfer-Encoding: chunked', 'X : y', ' folded', 'X: \u00fc', ': y', 'TE: x', 'Expect: y'],
      ],
      ['', 'abc', '3\r\nabc\r\n0\r\n\r\n'],
    )
    // Whether Node still complains of what follows an answered request is a matter of luck.
    await fc.assert(
      fc.asyncProperty(odd, (bytes) => same(bytes.replace('\r\n', '\r\nConnection: close\r\n'), 1)),
      { numRuns: 300 },
    )
    expect(withFront.short.length).toBeGreaterThan(10)
  })

  it('answers in order when more is sent before the answer', async () => {
    const waiting: HttpExchange[] = []
    const { address, long, short } = await start(true, (one) => waiting.push(one))
    const socket = connect(address.port, address.host)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.write(request('/a'))
    await sleep(20)
    socket.write(request('/b') + request('/c', 'Connection: close'))
    await sleep(20)
    expect(short).toEqual(['/a'])
    for (let i = 0; i < 3; i += 1) {
      while (waiting.length === 0) await sleep(5)
      echo(waiting.shift() as HttpExchange)
    }
    await once(socket, 'close')
    expect(text.match(/^GET .*$/gm)).toEqual(['GET /a', 'GET /b', 'GET /c'])
    expect(long).toEqual(['/b', '/c'])
  })

  it('knows where a client is, and does not mind when it goes', async () => {
    const asked = Promise.withResolvers<HttpExchange>()
    const { address } = await start(true, asked.resolve)
    const socket = connect(address.port, address.host)
    socket.write(request('/a'))
    const one = await asked.promise
    expect(one.remoteAddress).toBe('127.0.0.1')
    socket.resetAndDestroy()
    await sleep(20)
    echo(one)
    one.destroy()
  })

  it('reads no more from a client that does not read', async () => {
    const body = 'x'.repeat(10_000_000)
    const { address, long, short } = await start(true, (one) => {
      one.answer(200, ['Content-Length', String(body.length)], body, false)
    })
    const socket = connect(address.port, address.host).pause()
    for (let i = 0; i < 40; i += 1) {
      socket.write(request(`/${i}`))
      await sleep(2)
    }
    expect(short.length + long.length).toBeLessThan(10)
    socket.resume()
    while (short.length + long.length < 40) await sleep(5)
    socket.destroy()
  })

  it('cuts off a client that says nothing', async () => {
    const { address, server } = await start(true)
    const refused = once(server, 'clientError')
    const socket = connect(address.port, address.host)
    const [error] = await refused
    expect(error).toMatchObject({ code: 'ERR_HTTP_REQUEST_TIMEOUT' })
    await once(socket.resume(), 'close')
  })

  it('ends idle connections when it drains, the others after their answer, and fresh ones at once', async () => {
    const waiting = Promise.withResolvers<HttpExchange>()
    const { address, front } = await start(true, (one) => (one.target === '/slow' ? waiting.resolve(one) : echo(one)))
    const idle = connect(address.port, address.host)
    idle.write(request('/a'))
    await once(idle, 'data')
    const busy = exchange(address, request('/slow'))
    const one = await waiting.promise
    front?.drain()
    await once(idle.resume(), 'close')
    echo(one)
    expect(await busy).toContain('Connection: close')
    expect(await exchange(address, '')).toBe('')
  })

  it('does not wait for the end of a client that has sent more before the last answer', async () => {
    const asked = Promise.withResolvers<HttpExchange>()
    const { address, front, server } = await start(true, asked.resolve, 3_600_000)
    const socket = connect(address.port, address.host).resume()
    socket.on('error', () => undefined)
    socket.write(request('/a'))
    const one = await asked.promise
    socket.write(request('/b'))
    await sleep(20)
    const closed = new Promise((resolve) => server.close(resolve))
    front?.drain()
    echo(one)
    await closed
  })

  it('does not wait for idle clients that never end, such as machines that have booted since', async () => {
    const { address, front, server } = await start(true, echo, 3_600_000)
    const socket = connect({ port: address.port, host: address.host, allowHalfOpen: true })
    onTestFinished(() => {
      socket.destroy()
    })
    socket.write(request('/a'))
    await once(socket, 'data')
    const closed = new Promise((resolve) => server.close(resolve))
    front?.drain()
    await closed
  })
})
