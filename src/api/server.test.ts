import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { fixedRings, script } from '../../test/support/boot-fakes.ts'
import { startBootServer } from '../../test/support/boot-server.ts'
import { ask, exchange, header } from '../../test/support/boot-wire.ts'
import type { MethodName, Result } from '../rpc/shapes.ts'

const path = '/v1/boot/52-54-00-12-34-56/boot.ipxe'

/** A conductor that answers when told to. */
function heldConductor() {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<string>()
  return {
    asked: asked.promise,
    release: () => released.resolve(script),
    decision: {
      rings: fixedRings('one'),
      conductors: {
        call: <M extends MethodName>(): Promise<Result<M>> => {
          asked.resolve()
          return released.promise as Promise<Result<M>>
        },
      },
    },
  }
}

describe('the API server', () => {
  it('listens on IPv6', async () => {
    const { address } = await startBootServer({ server: { host: '::1' } })
    expect(address.host).toBe('::1')
    expect((await ask(address, `GET ${path} HTTP/1.1`)).body).toBe(script)
  })

  it('rejects when the port is taken', async () => {
    const { address } = await startBootServer()
    await expect(startBootServer({ server: { port: address.port } })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('shares a port with others that are told to', async () => {
    const { address } = await startBootServer({ server: { reuse: true } })
    await startBootServer({ server: { reuse: true, port: address.port } })
    expect((await ask(address, `GET ${path} HTTP/1.1`)).body).toBe(script)
  })

  it('answers pipelined requests in their order', async () => {
    const { address } = await startBootServer()
    const targets = [path, '/', '/v1/boot/x/y', path, '/nowhere']
    const requests = targets.map((target, i) =>
      [`GET ${target} HTTP/1.1`, 'Host: h', ...(i === targets.length - 1 ? ['Connection: close'] : []), '', ''].join(
        '\r\n',
      ),
    )
    const all = await exchange(address, requests.join(''))
    expect(all.match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 404',
      'HTTP/1.1 200',
      'HTTP/1.1 404',
    ])
  })

  it('survives clients that go away in the middle', async () => {
    const held = heldConductor()
    const { address, lines } = await startBootServer({ decision: held.decision })
    const socket = connect(address.port, address.host)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`)
    await held.asked
    socket.resetAndDestroy()
    held.release()
    expect((await ask(address, `GET ${path} HTTP/1.1`)).body).toBe(script)
    expect(lines.filter((line) => line.level === 'error')).toEqual([])
  })

  it('lets requests in flight finish when it closes, and takes no new ones', async () => {
    const held = heldConductor()
    const server = await startBootServer({ decision: held.decision })
    const socket = connect(server.address.port, server.address.host)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`)
    await held.asked
    const closed = server.close()
    await expect(ask(server.address, `GET ${path} HTTP/1.1`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    held.release()
    await Promise.all([closed, once(socket, 'close')])
    const text = Buffer.concat(chunks).toString()
    expect(text).toContain('Connection: close')
    expect(text.endsWith(script)).toBe(true)
  })

  it('cuts off what does not finish, and closes only once', async () => {
    const held = heldConductor()
    const server = await startBootServer({ decision: held.decision, server: { closeTimeoutSeconds: 0.05 } })
    const answer = exchange(server.address, `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`)
    await held.asked
    await Promise.all([server.close(), server.close()])
    expect(await answer.catch(() => '')).toBe('')
    held.release()
  })

  it.each([
    ['not HTTP at all', 'hello\r\n\r\n', '400 Bad Request'],
    ['a NUL in the target', `GET ${path}\0 HTTP/1.1\r\n\r\n`, '400 Bad Request'],
    ['too much header', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
  ])('answers %s with a length, and closes', async (_name, bytes, status) => {
    const { address } = await startBootServer()
    const all = await exchange(address, bytes)
    expect(all.startsWith(`HTTP/1.1 ${status}\r\n`)).toBe(true)
    expect(all).toMatch(/\r\nContent-Length: \d+\r\n/)
  })
})

describe('what management clients see', () => {
  it.each([
    ['GET /v1/nodes', 404],
    ['GET /v1/%zz', 400],
    ['POST /v1', 404],
    ['GET /v1/../etc/passwd', 404],
    ['OPTIONS *', 404],
    [`GET /${'a'.repeat(5000)}`, 404],
  ])("%s is an error in Ironic's shape, with a length", async (request, status) => {
    const { address } = await startBootServer()
    const response = await ask(address, `${request} HTTP/1.1`)
    expect(response.status).toBe(status)
    expect(header(response, 'Content-Length')).toBe(String(Buffer.byteLength(response.body)))
    const fault = JSON.parse(JSON.parse(response.body).error_message)
    expect(fault).toEqual({ faultstring: expect.any(String), faultcode: 'Client', debuginfo: null })
  })
})
