import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { createConductorClient } from './client.ts'
import type { Handlers } from './contract.ts'
import type { RpcServerLimits } from './rpc-limits.ts'
import { startRpcServer } from './server.ts'

async function start(limits: Partial<RpcServerLimits>, handler: Handlers['get_boot_config'] = async () => '#!ipxe\n') {
  const server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    handlers: { get_boot_config: handler },
    auth: { strategy: 'noauth' },
    logger: recordingLogger(),
    limits: { closeGraceSeconds: 0.1, ...limits },
  })
  const client = createConductorClient({ defaultPort: server.address.port, useSsl: false, attemptTimeoutSeconds: 30 })
  onTestFinished(async () => {
    await client.close()
    await server.close()
  })
  const params = { node_id: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123', name: 'boot.ipxe' }
  const call = () => client.call('127.0.0.1', 'get_boot_config', params, { requestId: 'req-1' })
  const open = (bytes = ''): Socket => {
    const socket = connect(server.address.port, server.address.host).on('error', () => undefined)
    socket.resume().write(bytes)
    onTestFinished(() => {
      socket.destroy()
    })
    return socket
  }
  return { call, open }
}

const ended = (socket: Socket) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())))

it('refuses calls beyond its limit at once, by an error that callers know', async () => {
  const released = Promise.withResolvers<string>()
  let calls = 0
  const { call } = await start({ maxCalls: 2 }, () => {
    calls += 1
    return released.promise
  })
  const first = [call(), call()]
  while (calls < 2) await sleep(5)
  await expect(call()).rejects.toMatchObject({ code: 'Overloaded', message: expect.stringContaining('max_rpc_calls') })
  released.resolve('#!ipxe\n')
  expect(await Promise.all(first)).toEqual(['#!ipxe\n', '#!ipxe\n'])
  expect(await call()).toBe('#!ipxe\n')
})

it('counts calls that fail as over', async () => {
  const { call } = await start({ maxCalls: 1 }, async () => {
    throw new Error('a mistake')
  })
  for (let i = 0; i < 3; i += 1) await expect(call()).rejects.toMatchObject({ code: 'BootConfigUnavailable' })
})

it('makes room for callers among connections that idle', async () => {
  const { call, open } = await start({ maxConnections: 3 })
  const idle = Array.from({ length: 10 }, () => open('POST / HTT'))
  await expect.poll(() => idle.filter(({ closed }) => closed).length, { timeout: 20_000 }).toBe(7)
  expect(await call()).toBe('#!ipxe\n')
})

it.each([
  ['nothing', ''],
  ['half a request', 'POST / HTTP/1.1\r\nX-Slow: '],
  ['half a body', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{'],
])('cuts off a caller who sends %s', async (_what, bytes) => {
  const { call, open } = await start({ headersTimeoutSeconds: 0.2, requestTimeoutSeconds: 0.3 })
  const socket = open(bytes)
  expect(await call()).toBe('#!ipxe\n')
  await ended(socket)
})
