import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseAnswer, rawExchange, rawRequest } from '../../test/support/raw-request.ts'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import type { Handlers } from './contract.ts'
import { type RpcServer, type RpcServerOptions, startRpcServer } from './server.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 30_000 })

const call = JSON.stringify({
  jsonrpc: '2.0',
  method: 'get_boot_config',
  id: 'req-1',
  params: { node_id: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123', name: 'boot.ipxe', context: {} },
})
const handlers: Handlers = { get_boot_config: async () => '#!ipxe\n# grün\n' }

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function start(options: Partial<RpcServerOptions> = {}): Promise<RpcServer> {
  const server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    handlers,
    auth: { strategy: 'noauth' },
    logger: recordingLogger(),
    ...options,
  })
  cleanUps.push(() => server.close())
  return server
}

async function post(server: RpcServer, body: string | Buffer, headers: Record<string, string> = {}, target = '/') {
  const bytes = Buffer.from(body)
  const all = { Host: 'x', Connection: 'close', 'Content-Length': String(bytes.length), ...headers }
  const head = `POST ${target} HTTP/1.1\r\n${Object.entries(all)
    .map((pair) => pair.join(': '))
    .join('\r\n')}\r\n\r\n`
  return parseAnswer(await rawExchange(server.address, Buffer.concat([Buffer.from(head), bytes])))
}

describe('startRpcServer', () => {
  it('answers on any path, with length and type', async () => {
    const server = await start()
    for (const target of ['/', '/any/path?x=1']) {
      const answer = await post(server, call, {}, target)
      expect(answer.status).toBe(200)
      expect(answer.headers['content-type']).toBe('application/json; charset=UTF-8')
      expect(answer.headers['content-length']).toBe(String(answer.body.length))
      expect(JSON.parse(Buffer.from(answer.body, 'latin1').toString())).toEqual({
        jsonrpc: '2.0',
        id: 'req-1',
        result: '#!ipxe\n# grün\n',
      })
    }
  })

  it('is called by no page in a browser here, however plain its call looks, nor by a name of its site', async () => {
    const log = recordingLogger()
    const called: string[] = []
    const counting: Handlers = {
      get_boot_config: async ({ node_id }) => {
        called.push(node_id)
        return '#!ipxe\n'
      },
    }
    const server = await start({
      auth: { strategy: 'noauth', names: new Set(['cond-1']) },
      handlers: counting,
      logger: log,
    })
    const status = async (headers: Record<string, string>) => (await post(server, call, headers)).status
    const { port } = server.address
    // A page may send this without asking first.
    const simple = { 'Content-Type': 'text/plain' }
    expect(await status({ ...simple, Host: `127.0.0.1:${port}`, Origin: 'http://evil.example' })).toBe(403)
    expect(await status({ ...simple, Host: `127.0.0.1:${port}`, Origin: 'null' })).toBe(403)
    // Its own name leads to 127.0.0.1 by now: for the browser all is one site.
    const rebound = `evil.example:${port}`
    expect(await status({ Host: rebound, Origin: `http://${rebound}` })).toBe(403)
    for (const host of [rebound, 'localhost.evil.example', 'cond-1.evil.example', '']) {
      expect(await status({ Host: host }), host).toBe(403)
      // As Node's own parser reads it.
      expect(await status({ Host: host, Accept: '\u00e9' }), host).toBe(403)
    }
    expect(called).toEqual([])
    for (const host of ['127.0.0.1:1', '[::1]:1', 'localhost', 'COND-1:8089', 'cond-1.'])
      expect(await status({ Host: host }), host).toBe(200)
    expect(called).toHaveLength(5)
    const refused = log.lines.filter(({ message }) => message === 'rpc caller refused')
    expect(new Set(refused.map(({ fields }) => fields.reason))).toEqual(new Set(['page', 'name']))
  })

  it('listens on IPv6', async () => {
    const server = await start({ host: '::1' })
    expect((await post(server, call)).status).toBe(200)
  })

  it('answers requests that came in pieces', async () => {
    const server = await start()
    const chunked = `${call.length.toString(16)}\r\n${call}\r\n0\r\n\r\n`
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(parseAnswer(await rawExchange(server.address, head + chunked)).status).toBe(200)
  })

  it('keeps connections', async () => {
    const server = await start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    cleanUps.push(() => agent.destroy())
    const ports = new Set<number | undefined>()
    for (let i = 0; i < 5; i++) {
      await new Promise<void>((resolve, reject) => {
        request({ ...server.address, method: 'POST', agent }, (response) => {
          ports.add(response.socket.localPort)
          response.resume().on('end', resolve)
        })
          .on('error', reject)
          .end(i === 2 ? 'not JSON' : call)
      })
    }
    expect(ports.size).toBe(1)
  })

  it('answers 200 for errors of JSON-RPC, and 204 for notifications', async () => {
    const server = await start()
    expect(await post(server, 'not JSON')).toMatchObject({ status: 200, body: expect.stringContaining('-32700') })
    expect(await post(server, `[${call}]`)).toMatchObject({ status: 200, body: expect.stringContaining('-32600') })
    expect(await post(server, call.replace('"id":"req-1",', ''))).toMatchObject({ status: 204, body: '' })
  })

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const answer = await rawRequest((await start()).address, method, '/', { 'Content-Length': '0' })
    expect(answer.status).toBe(405)
    expect(JSON.parse(answer.body)).toEqual({ error: { code: 405, message: 'Only POST method can be used' } })
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
  })

  it.each([
    ['said', (body: Buffer) => [`Content-Length: ${body.length}`, body] as const],
    [
      'unsaid',
      (body: Buffer) =>
        [
          'Transfer-Encoding: chunked',
          Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]),
        ] as const,
    ],
  ])('refuses 10 MB of %s length with an answer, then ends the connection', async (_what, encode) => {
    const server = await start()
    const [header, bytes] = encode(Buffer.alloc(10_000_000, 'x'))
    const head = Buffer.from(`POST / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`)
    const answer = parseAnswer(await rawExchange(server.address, Buffer.concat([head, bytes])))
    expect(answer.status).toBe(413)
    expect(answer.headers).toMatchObject({ connection: 'close', 'content-length': String(answer.body.length) })
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 413 } })
    expect((await post(server, call)).status).toBe(200)
  })

  it('takes bodies up to its limit', async () => {
    const server = await start({ limits: { maxBodyBytes: call.length } })
    expect((await post(server, call)).status).toBe(200)
    expect((await post(server, `${call} `)).status).toBe(413)
  })

  it('survives a megabyte of nested lists', async () => {
    const server = await start()
    const nested = '['.repeat(524_288) + ']'.repeat(524_288)
    expect(await post(server, nested)).toMatchObject({ status: 200, body: expect.stringContaining('-32600') })
    expect(await post(server, '['.repeat(1_048_576))).toMatchObject({ body: expect.stringContaining('-32700') })
    expect((await post(server, call)).status).toBe(200)
  })

  it('does not wait for ever for a request', async () => {
    const server = await start({ limits: { headersTimeoutSeconds: 0.2, requestTimeoutSeconds: 0.3 } })
    const slowHead = parseAnswer(await rawExchange(server.address, 'POST / HTTP/1.1\r\nHost: x\r\n'))
    expect(slowHead).toMatchObject({ status: 408 })
    expect(slowHead.headers['content-length']).toBe(String(slowHead.body.length))
    const slowBody = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'
    expect(parseAnswer(await rawExchange(server.address, slowBody)).status).toBe(408)
  })

  it('refuses what is no HTTP, and goes on', async () => {
    const server = await start()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const text = await rawExchange(server.address, Buffer.concat([bytes, Buffer.from('\r\n\r\n')])).catch(() => '')
        if (text !== '') expect(parseAnswer(text).status).toBeGreaterThanOrEqual(400)
      }),
      { numRuns: 100 },
    )
    expect((await post(server, call)).status).toBe(200)
  })

  it('answers any body', async () => {
    const server = await start()
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 500 }), fc.json()), async (body) => {
        const answer = await post(server, Buffer.from(body as string))
        expect(answer.status).toBe(200)
        expect(JSON.parse(answer.body)).toMatchObject({ jsonrpc: '2.0', error: { code: expect.any(Number) } })
      }),
      { numRuns: 100 },
    )
  })

  it('is refused a bad certificate, and a port in use', async () => {
    const tls = { certFile: '/nonexistent/cert', keyFile: '/nonexistent/key' }
    await expect(start({ tls })).rejects.toMatchObject({
      code: 'ConfigInvalid',
      message: expect.stringContaining('/nonexistent/cert'),
    })
    const { address } = await start()
    await expect(start({ port: address.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('http_basic', () => {
  const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` })

  async function startWithUsers(text = `alice:${hashSync('wonder:land', 4).replace('$2b$', '$2y$')}\n`) {
    const folder = mkdtempSync(join(tmpdir(), 'rpc-users-'))
    cleanUps.push(() => rmSync(folder, { recursive: true }))
    const userFile = join(folder, 'htpasswd')
    writeFileSync(userFile, text)
    const logger = recordingLogger()
    return { logger, server: await start({ auth: { strategy: 'http_basic', userFile }, logger }) }
  }

  it('lets in who is in the user file', async () => {
    const { server } = await startWithUsers()
    for (let i = 0; i < 2; i++) expect((await post(server, call, basic('alice:wonder:land'))).status).toBe(200)
  })

  it.each([
    ['nobody', {}, 'Authorization required'],
    ['a wrong password', basic('alice:no'), 'Incorrect username or password'],
    ['an unknown user', basic('bob:wonder:land'), 'Incorrect username or password'],
    ['no Basic header', { Authorization: 'Bearer x' }, 'Incorrect username or password'],
  ])('refuses %s, even with a bad body, and never logs the password', async (_what, headers, message) => {
    const { server, logger } = await startWithUsers()
    for (const body of [call, 'not JSON']) {
      const answer = await post(server, body, headers)
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Basic realm="Baremetal API"')
      expect(JSON.parse(answer.body)).toEqual({ error: { code: 401, message } })
    }
    expect(JSON.stringify(logger.lines)).not.toMatch(/wonder|alice:no/)
  })

  it('does not start with a user file of another kind', async () => {
    await expect(startWithUsers('alice:$apr1$x$y')).rejects.toMatchObject({
      code: 'ConfigInvalid',
      message: expect.stringMatching(/htpasswd:1: .*bcrypt/),
    })
  })
})

describe('close', () => {
  it('finishes the calls in flight, ends idle connections, and accepts no more', async () => {
    let finish: (text: string) => void = () => undefined
    let begun: () => void = () => undefined
    const inHandler = new Promise<void>((resolve) => {
      begun = resolve
    })
    const server = await start({
      handlers: {
        get_boot_config: () =>
          new Promise((resolve) => {
            finish = resolve
            begun()
          }),
      },
    })
    const idle: Socket = connect(server.address)
    await new Promise((resolve) => idle.once('connect', resolve))
    const idleEnded = new Promise((resolve) => idle.once('close', resolve))
    const running = post(server, call, { Connection: 'keep-alive' })
    await inHandler
    let closed = false
    const closing = server.close().then(() => {
      closed = true
    })
    await expect(post(server, call)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(closed).toBe(false)
    finish('late')
    const answer = await running
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"late"') })
    expect(answer.headers.connection).toBe('close')
    await closing
    await idleEnded
  })

  it('cuts off what takes longer than the grace time', async () => {
    const server = await start({
      handlers: { get_boot_config: () => new Promise(() => undefined) },
      limits: { closeGraceSeconds: 0.1 },
    })
    const running = post(server, call)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await server.close()
    expect((await running).status).toBeNaN()
  })
})
