import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { type SelfSignedCertificate, selfSignedCertificate } from '../../test/support/self-signed-certificate.ts'
import { BootringError } from '../model/errors.ts'
import { type ConductorClientOptions, createConductorClient } from './client.ts'
import type { Handlers } from './contract.ts'
import { type RpcServerOptions, startRpcServer } from './server.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 30_000 })

const params = { node_id: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123', name: 'boot.ipxe' }
const password = 'hunter2'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function conductor(handler: Handlers['get_boot_config'], options: Partial<RpcServerOptions> = {}) {
  const server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    handlers: { get_boot_config: handler },
    auth: { strategy: 'noauth' },
    logger: recordingLogger(),
    ...options,
    limits: { closeGraceSeconds: 0.1, ...options.limits },
  })
  cleanUps.push(() => server.close())
  return server
}

function clientOf(options: Partial<ConductorClientOptions> = {}) {
  const client = createConductorClient({
    defaultPort: 1,
    useSsl: false,
    credentials: { username: 'alice', password },
    attemptTimeoutSeconds: 30,
    ...options,
  })
  cleanUps.push(() => client.close())
  return {
    close: () => client.close(),
    get: (hostname: string, signal?: AbortSignal) =>
      client.call(hostname, 'get_boot_config', params, {
        requestId: 'req-1',
        ...(signal === undefined ? {} : { signal }),
      }),
  }
}

/** A server that answers what it likes. */
async function httpServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  return listening(server)
}

async function tcpServer(onConnection: (socket: Socket) => void): Promise<string> {
  return listening(
    createTcpServer((socket) => {
      socket.on('error', () => undefined)
      onConnection(socket)
    }),
  )
}

async function listening(server: ReturnType<typeof createTcpServer>): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
        for (const socket of sockets) socket.destroy()
      }),
  )
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An answered call hands its connection back a little later. */
const connectionIsFree = () => new Promise((resolve) => setImmediate(resolve))

async function failure(promise: Promise<unknown>): Promise<BootringError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof BootringError)) throw new Error(`expected a BootringError, got ${String(error)}`)
  expect(error.message).not.toContain(password)
  expect(error.message).not.toContain(Buffer.from(`alice:${password}`).toString('base64'))
  return error
}

describe('createConductorClient', () => {
  it('calls by every form of host name', async () => {
    const { address } = await conductor(async ({ node_id, name }, { requestId }) => `${node_id} ${name} ${requestId}`)
    const expected = `${params.node_id} boot.ipxe req-1`
    const client = clientOf({ defaultPort: address.port })
    expect(await client.get('127.0.0.1')).toBe(expected)
    expect(await client.get('localhost')).toBe(expected)
    expect(await client.get(`127.0.0.1:${address.port}`)).toBe(expected)
    const six = await conductor(async () => 'six', { host: '::1' })
    expect(await clientOf({ defaultPort: six.address.port }).get('::1')).toBe('six')
    expect(await clientOf().get(`[::1]:${six.address.port}`)).toBe('six')
  })

  it('carries any text', async () => {
    const texts = ['', 'grün 🚀 \u2028 \0 "\\', 'x'.repeat(2_000_000)]
    const { address } = await conductor(async () => texts.shift() ?? '')
    const client = clientOf({ defaultPort: address.port })
    for (const text of [...texts]) expect(await client.get('127.0.0.1')).toBe(text)
  })

  it('makes many calls at once over few kept connections', async () => {
    const { address } = await conductor(async () => 'ok')
    const connections = new Set<Socket>()
    const hostname = await tcpServer((socket) => {
      connections.add(socket)
      socket.pipe(connect(address)).pipe(socket)
    })
    const client = clientOf({ connections: 4 })
    const results = await Promise.all(Array.from({ length: 500 }, () => client.get(hostname)))
    expect(results).toEqual(Array(500).fill('ok'))
    expect(connections.size).toBe(4)
    await client.close()
  })

  it('brings back what the conductor throws', async () => {
    const { address } = await conductor(async () => {
      throw new BootringError('NodeNotFound', 'node x is not there')
    })
    const error = await failure(clientOf({ defaultPort: address.port }).get('127.0.0.1'))
    expect(error).toMatchObject({ code: 'NodeNotFound', message: 'node x is not there' })
  })

  it('knows an unmodified Ironic conductor', async () => {
    const hostname = await httpServer((_request, response) => {
      response.setHeader('Content-Type', 'application/json')
      response.end(
        '{"jsonrpc": "2.0", "id": "req-1", "error": {"code": -32601, "message": "Method get_boot_config was not found"}}',
      )
    })
    expect(await failure(clientOf().get(hostname))).toMatchObject({
      code: 'UnsupportedCall',
      message: expect.stringContaining('does not know it yet'),
    })
  })

  it.each([
    ['no JSON', 200, '<html>', /not JSON/],
    ['no object', 200, '[]', /wrong id|no JSON object/],
    ['null', 200, 'null', /no JSON object/],
    ['another id', 200, '{"jsonrpc":"2.0","id":"req-2","result":"x"}', /wrong id/],
    ["another's error", 200, '{"jsonrpc":"2.0","id":"req-2","error":{"code":1,"message":"x"}}', /wrong id/],
    ['no result', 200, '{"jsonrpc":"2.0","id":"req-1"}', /no valid result/],
    ['a wrong result', 200, '{"jsonrpc":"2.0","id":"req-1","result":{}}', /no valid result/],
    ['a malformed error', 200, '{"jsonrpc":"2.0","id":"req-1","error":"x"}', /no valid result/],
    ['nothing', 200, '', /not JSON/],
    ['404', 404, 'Not Found', /HTTP 404/],
    ['a redirect', 302, '', /HTTP 302/],
    ['401', 401, '', /refused our user or password/],
    ['500', 500, '{"jsonrpc":"2.0","id":"req-1","result":"x"}', /HTTP 500/],
  ])('takes %s for no answer', async (_what, status, body, message) => {
    const hostname = await httpServer((_request, response) => response.writeHead(status).end(body))
    const error = await failure(clientOf().get(hostname))
    expect(error.code).toBe('ConductorUnreachable')
    expect(error.message).toMatch(message)
    expect(error.message).toContain(hostname)
  })

  it('reads no more than 4 MiB', async () => {
    const hostname = await httpServer((_request, response) => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    })
    expect((await failure(clientOf().get(hostname))).message).toMatch(/larger than 4194304 bytes/)
  })

  it('says when nobody listens, and when the name is unknown or none', async () => {
    const server = await conductor(async () => 'x')
    await server.close()
    const client = clientOf({ defaultPort: server.address.port })
    expect(await failure(client.get('127.0.0.1'))).toMatchObject({
      code: 'ConductorUnreachable',
      message: 'conductor 127.0.0.1: connection refused (ECONNREFUSED)',
    })
    expect((await failure(client.get('localhost'))).message).toMatch(/connection refused/)
    expect((await failure(client.get('no-such-host.invalid'))).message).toMatch(/host name not found/)
    for (const hostname of ['', 'a b', 'x@y', 'host:99999']) {
      expect(await failure(client.get(hostname))).toMatchObject({
        code: 'ConductorUnreachable',
        message: expect.stringContaining('no valid host name'),
      })
    }
  })

  it('says when what listens speaks no HTTP', async () => {
    const hostname = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    expect((await failure(clientOf().get(hostname))).message).toMatch(/answer is not HTTP/)
  })

  it('gives up after the attempt time-out, whether the answer, its end or the connection is missing', async () => {
    const client = clientOf({ attemptTimeoutSeconds: 0.2 })
    const silent = await tcpServer(() => undefined)
    const half = await httpServer((_request, response) => response.writeHead(200).write('{'))
    for (const hostname of [silent, half]) {
      expect(await failure(client.get(hostname))).toMatchObject({
        code: 'ConductorUnreachable',
        message: `conductor ${hostname}: no answer within 0.2 s`,
      })
    }
  })

  it('waits longer for a call that says so, and no longer than that', async () => {
    const late = await httpServer((request, response) => {
      request.resume().on('end', () => {
        setTimeout(() => response.end(JSON.stringify({ jsonrpc: '2.0', result: 'late', id: 'req-1' })), 500)
      })
    })
    const call = (attemptTimeoutSeconds: number, timeoutSeconds: number) => {
      const client = createConductorClient({ defaultPort: 1, useSsl: false, attemptTimeoutSeconds })
      cleanUps.push(() => client.close())
      return client.call(late, 'get_boot_config', params, { requestId: 'req-1', timeoutSeconds })
    }
    expect(await call(0.1, 30)).toBe('late')
    expect((await failure(call(30, 0.1))).message).toContain('no answer within 0.1 s')
  })

  it('obeys its caller who gives up, before and during the call', async () => {
    let asked: () => void = () => undefined
    const reached = new Promise<void>((resolve) => {
      asked = resolve
    })
    let hungUp: () => void = () => undefined
    const disconnected = new Promise<void>((resolve) => {
      hungUp = resolve
    })
    const hostname = await httpServer((request) => {
      asked()
      request.socket.once('close', hungUp)
    })
    const client = clientOf({ attemptTimeoutSeconds: 60 })
    const early = await failure(client.get(hostname, AbortSignal.abort(new Error('client went away'))))
    expect(early).toMatchObject({ code: 'ConductorUnreachable', message: expect.stringContaining('client went away') })
    const controller = new AbortController()
    const call = failure(client.get(hostname, controller.signal))
    await reached
    controller.abort()
    expect((await call).code).toBe('ConductorUnreachable')
    await disconnected
  })

  it('calls a conductor that was started anew', async () => {
    const first = await conductor(async () => 'first')
    const client = clientOf({ defaultPort: first.address.port })
    await Promise.all(Array.from({ length: 8 }, () => client.get('127.0.0.1')))
    await first.close()
    expect((await failure(client.get('127.0.0.1'))).code).toBe('ConductorUnreachable')
    await conductor(async () => 'second', { port: first.address.port })
    expect(await Promise.all(Array.from({ length: 8 }, () => client.get('127.0.0.1')))).toEqual(Array(8).fill('second'))
  })

  it.each(['reset', 'end'])('calls once more when a kept connection turns out dead (%s)', async (how) => {
    let requests = 0
    const hostname = await httpServer((request, response) => {
      requests++
      if (requests === 2 && how === 'reset') request.socket.resetAndDestroy()
      else if (requests === 2) request.socket.destroy()
      else response.end('{"jsonrpc":"2.0","id":"req-1","result":"ok"}')
    })
    const client = clientOf()
    expect(await client.get(hostname)).toBe('ok')
    await connectionIsFree()
    expect(await client.get(hostname)).toBe('ok')
    expect(requests).toBe(3)
  })

  it('does not call again what must not be done twice, and does without the dead connections from then on', async () => {
    let requests = 0
    const hostname = await httpServer((request, response) => {
      requests++
      if (requests === 2) request.socket.resetAndDestroy()
      else response.end('{"jsonrpc":"2.0","id":"req-1","result":{}}')
    })
    const client = createConductorClient({ defaultPort: 1, useSsl: false, attemptTimeoutSeconds: 30 })
    cleanUps.push(() => client.close())
    const reboot = () =>
      client.call(
        hostname,
        'change_node_power_state',
        { node_id: params.node_id, target: 'rebooting' },
        { requestId: 'req-1' },
      )
    await reboot()
    await connectionIsFree()
    expect(await failure(reboot())).toMatchObject({ code: 'ConductorUnreachable' })
    expect(requests).toBe(2)
    expect(await reboot()).toEqual({})
  })

  it('does not call again when a fresh connection breaks', async () => {
    let requests = 0
    const hostname = await httpServer((request) => {
      requests++
      request.socket.resetAndDestroy()
    })
    expect((await failure(clientOf().get(hostname))).message).toMatch(/connection (reset|closed)/)
    expect(requests).toBe(1)
  })

  it('calls again once only', async () => {
    let requests = 0
    const hostname = await httpServer((request, response) => {
      requests++
      if (requests > 1) request.socket.resetAndDestroy()
      else response.end('{"jsonrpc":"2.0","id":"req-1","result":"ok"}')
    })
    const client = clientOf()
    await client.get(hostname)
    await connectionIsFree()
    await failure(client.get(hostname))
    expect(requests).toBe(3)
  })

  it('does not call again once part of an answer came', async () => {
    let requests = 0
    const hostname = await httpServer((request, response) => {
      requests++
      if (requests === 1) response.end('{"jsonrpc":"2.0","id":"req-1","result":"ok"}')
      else {
        response.writeHead(200, { 'Content-Length': 100 }).write('{')
        setTimeout(() => request.socket.resetAndDestroy(), 20)
      }
    })
    const client = clientOf()
    await client.get(hostname)
    await connectionIsFree()
    expect((await failure(client.get(hostname))).code).toBe('ConductorUnreachable')
    expect(requests).toBe(2)
  })

  it('makes no calls once closed', async () => {
    const { address } = await conductor(async () => 'x')
    const client = clientOf({ defaultPort: address.port })
    await client.get('127.0.0.1')
    await client.close()
    expect(await failure(client.get('127.0.0.1'))).toMatchObject({ code: 'ConductorUnreachable' })
  })
})

describe('with users and TLS', () => {
  let certificate: SelfSignedCertificate
  beforeAll(() => {
    certificate = selfSignedCertificate()
  })
  afterAll(() => certificate.remove())

  it('sends user and password', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rpc-client-'))
    cleanUps.push(() => rmSync(folder, { recursive: true }))
    const userFile = join(folder, 'htpasswd')
    writeFileSync(userFile, `alice:${hashSync(password, 4)}\n`)
    const { address } = await conductor(async () => 'ok', { auth: { strategy: 'http_basic', userFile } })
    expect(await clientOf({ defaultPort: address.port }).get('127.0.0.1')).toBe('ok')
    for (const credentials of [undefined, { username: 'alice', password: 'wrong' }]) {
      const error = await failure(clientOf({ defaultPort: address.port, credentials }).get('127.0.0.1'))
      expect(error).toMatchObject({ code: 'ConductorUnreachable', message: expect.stringContaining('401') })
    }
  })

  it('speaks TLS, checked against the CA file, by name and by address', async () => {
    const tls = { certFile: certificate.certFile, keyFile: certificate.keyFile }
    const { address } = await conductor(async () => 'ok', { tls })
    const client = clientOf({ defaultPort: address.port, useSsl: true, tls: { cafile: certificate.certFile } })
    expect(await client.get('127.0.0.1')).toBe('ok')
    expect(await client.get('localhost')).toBe('ok')
    expect(await client.get('127.0.0.1')).toBe('ok')
  })

  it('refuses a certificate of an unknown authority, or for another name, unless told to take any', async () => {
    const tls = { certFile: certificate.certFile, keyFile: certificate.keyFile }
    const { address } = await conductor(async () => 'ok', { tls, host: '127.0.0.1' })
    const untrusting = await failure(clientOf({ defaultPort: address.port, useSsl: true }).get('127.0.0.1'))
    expect(untrusting).toMatchObject({
      code: 'ConductorUnreachable',
      message: expect.stringMatching(/TLS failure.*self/i),
    })
    const careless = clientOf({ defaultPort: address.port, useSsl: true, tls: { insecure: true } })
    expect(await careless.get('127.0.0.1')).toBe('ok')
    const misnamed = clientOf({ defaultPort: address.port, useSsl: true, tls: { cafile: certificate.certFile } })
    expect((await failure(misnamed.get('127.0.0.2'))).code).toBe('ConductorUnreachable')
  })

  it('says when one side speaks TLS and the other does not', async () => {
    const plain = await conductor(async () => 'ok')
    const secure = await conductor(async () => 'ok', { tls: certificate })
    const tlsToPlain = clientOf({ defaultPort: plain.address.port, useSsl: true })
    expect((await failure(tlsToPlain.get('127.0.0.1'))).message).toMatch(/TLS failure: no TLS at the other end/)
    expect((await failure(clientOf({ defaultPort: secure.address.port }).get('127.0.0.1'))).code).toBe(
      'ConductorUnreachable',
    )
  })

  it('refuses a CA file that is not there', () => {
    expect(() => createConductorClient({ defaultPort: 1, useSsl: true, tls: { cafile: '/nonexistent/ca' } })).toThrow(
      /cafile \/nonexistent\/ca/,
    )
  })
})
