import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { rawRequest } from '../../../test/support/raw-request.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { startFileServer } from './file-server.ts'
import type { FileServerLimits } from './file-server-limits.ts'

let httpRoot: string
/** More than sockets hold between them. */
const imageBytes = 30_000_000

beforeAll(async () => {
  httpRoot = await mkdtemp(join(tmpdir(), 'file-server-overload-'))
  await writeFile(join(httpRoot, 'boot.ipxe'), '#!ipxe\n')
  await writeFile(join(httpRoot, 'image'), Buffer.alloc(imageBytes))
})
afterAll(() => rm(httpRoot, { recursive: true }))

async function start(limits: Partial<FileServerLimits>) {
  const server = await startFileServer({ httpRoot, host: '127.0.0.1', port: 0, logger: recordingLogger(), limits })
  onTestFinished(() => server.close())
  const open = (...pieces: string[]): Socket => {
    const socket = connect(server.address.port, server.address.host).on('error', () => undefined)
    for (const piece of pieces) socket.write(piece)
    onTestFinished(() => {
      socket.destroy()
    })
    return socket
  }
  const boots = async () => expect(await rawRequest(server.address, 'GET', '/boot.ipxe')).toMatchObject({ status: 200 })
  return { ...server, open, boots }
}

const ended = (socket: Socket) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())))

const download = 'GET /image HTTP/1.1\r\nHost: h\r\n\r\n'

it('sends only so many files at once, and has firmware come back for more', async () => {
  const server = await start({ maxDownloads: 2 })
  const slow = [server.open(download), server.open(download)]
  for (const socket of slow) await once(socket, 'readable')
  const refused = await rawRequest(server.address, 'GET', '/boot.ipxe')
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
  slow[0]?.destroy()
  await expect
    .poll(async () => (await rawRequest(server.address, 'GET', '/boot.ipxe')).status, { timeout: 20_000 })
    .toBe(200)
})

it('ends a download of which nothing is taken, and lets another have its place', async () => {
  const server = await start({ maxDownloads: 1, stalledTimeoutMilliseconds: 300 })
  const vanished = server.open(download)
  await once(vanished, 'readable')
  await expect
    .poll(async () => (await rawRequest(server.address, 'GET', '/boot.ipxe')).status, { timeout: 20_000 })
    .toBe(200)
  let bytes = 0
  vanished.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  await ended(vanished)
  expect(bytes).toBeLessThan(imageBytes)
})

it('gives back the places of clients that went away, also of what they had asked for ahead', async () => {
  const server = await start({ maxDownloads: 2 })
  for (let i = 0; i < 10; i += 1) {
    const socket = server.open(download.repeat(10))
    await once(socket, 'readable')
    socket.resetAndDestroy()
  }
  await expect
    .poll(async () => (await rawRequest(server.address, 'GET', '/boot.ipxe')).status, { timeout: 20_000 })
    .toBe(200)
})

it('cuts off who asks for thousands of files ahead of the first', async () => {
  const server = await start({})
  const socket = server.open(download.repeat(2_000))
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  await ended(socket)
  expect(bytes).toBeLessThan(2 * imageBytes)
  await server.boots()
})

it.each([
  ['says nothing', ''],
  ['sends half a header', 'GET /boot.ipxe HTTP/1.1\r\nX-Slow: '],
  ['announces a body that does not come', 'GET /boot.ipxe HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n'],
  ['keeps its connection', 'GET /boot.ipxe HTTP/1.1\r\nHost: h\r\n\r\n'],
])('cuts off who %s', async (_what, bytes) => {
  const server = await start({
    headersTimeoutMilliseconds: 200,
    requestTimeoutMilliseconds: 200,
    keepAliveTimeoutMilliseconds: 200,
  })
  const socket = server.open(bytes).resume()
  await server.boots()
  await ended(socket)
})

it('refuses a header that is too long', async () => {
  const server = await start({})
  const answer = await rawRequest(server.address, 'GET', '/boot.ipxe', { 'X-Flood': 'x'.repeat(20_000) })
  expect(answer.status).toBe(431)
  await server.boots()
})

it('makes room for machines among connections that idle, and not among downloads', async () => {
  const server = await start({ maxConnections: 4 })
  const machine = server.open(download)
  await once(machine, 'readable')
  const idle = Array.from({ length: 20 }, () => server.open().resume())
  await expect.poll(() => idle.filter(({ closed }) => closed).length, { timeout: 20_000 }).toBe(17)
  for (let i = 0; i < 10; i += 1) await server.boots()
  let bytes = 0
  machine.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  while (bytes < imageBytes && !machine.closed) await sleep(10)
  expect(bytes).toBeGreaterThanOrEqual(imageBytes)
})

it('bounds the connections of one client', async () => {
  const server = await start({ maxConnectionsPerAddress: 3 })
  const all = Array.from({ length: 10 }, () => server.open().resume())
  await expect.poll(() => all.filter(({ closed }) => closed).length, { timeout: 20_000 }).toBe(7)
})
