import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nodeUuid } from '../../../test/support/a-node.ts'
import { ImageOrigin } from '../../../test/support/image-origin.ts'
import { MachineDownload } from '../../../test/support/machine-download.ts'
import { rawRequest } from '../../../test/support/raw-request.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { ImageStore } from '../../ipxe/image-store.ts'
import { type FileServer, startFileServer } from './file-server.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 60_000 })

const until = { timeout: 20_000, interval: 10 }
const megabyte = 1024 * 1024
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const uuidOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

let folder: string
let httpRoot: string
let origin: ImageOrigin
let store: ImageStore
let server: FileServer
let imageUrl: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-arriving-'))
  httpRoot = join(folder, 'http')
  mkdirSync(join(folder, 'allowed'))
  origin = await ImageOrigin.start()
  imageUrl = origin.url()
  store = new ImageStore({
    httpRoot,
    fileUrlAllowedPaths: [join(folder, 'allowed')],
    downloadTimeoutSeconds: 60,
    logger: recordingLogger(),
  })
  // A loaded machine needs its time.
  server = await startServer(30)
})
afterEach(async () => {
  origin.goOn()
  await Promise.all([origin.close(), store.close(), server.close()])
  rmSync(folder, { recursive: true })
})

const startServer = (missingWaitSeconds: number) =>
  startFileServer({
    httpRoot,
    host: '127.0.0.1',
    port: 0,
    missingWaitSeconds,
    onMissing: async (uuid, fileName) =>
      fileName === 'deploy_ramdisk' ? store.hurry(uuid, { fileName, url: imageUrl }) : undefined,
    logger: recordingLogger(),
  })
const path = (uuid = nodeUuid) => `/${uuid}/deploy_ramdisk`
const download = (uuid = nodeUuid, method = 'GET', headers = {}) =>
  new MachineDownload(server.address, path(uuid), method, headers)
const blobs = () => readdirSync(join(httpRoot, '.images')).filter((name) => name !== 'index.json')
/** Descriptors that this process holds below the root. */
const heldFiles = () =>
  readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(httpRoot)
    } catch {
      return false
    }
  })

describe('an image that is still arriving', () => {
  it('is sent to all that ask as it arrives, from one request, and then lies on the disk', async () => {
    const content = randomBytes(6 * megabyte)
    origin.version = { content, etag: '"1"' }
    origin.stopAt(2 * megabyte)
    const early = Array.from({ length: 50 }, (_, index) => download(uuidOf(index % 10)))
    // Long before the end, all of them have what has come.
    await expect.poll(() => early.every(({ bytes }) => bytes === 2 * megabyte), until).toBe(true)
    const late = Array.from({ length: 10 }, (_, index) => download(uuidOf(20 + index)))
    await expect.poll(() => late.every(({ bytes }) => bytes === 2 * megabyte), until).toBe(true)
    origin.goOn()
    const answers = await Promise.all([...early, ...late].map(({ done }) => done))
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, sha256: sha256(content), error: undefined })
      expect(answer.headers).toMatchObject({ 'content-length': String(content.length) })
    }
    expect(origin.requests).toHaveLength(1)
    await expect.poll(() => existsSync(join(httpRoot, uuidOf(29), 'deploy_ramdisk')), until).toBe(true)
    expect(blobs()).toEqual([sha256(content)])
    expect(await download(uuidOf(3)).done).toMatchObject({ sha256: sha256(content) })
    expect(origin.requests).toHaveLength(1)
    await expect.poll(heldFiles, until).toEqual([])
  })

  it('waits while its source is broken, and goes on where that broke off', async () => {
    const content = randomBytes(4 * megabyte)
    origin.version = { content, etag: '"1"' }
    origin.stopAt(megabyte)
    const machine = download()
    await expect.poll(() => machine.bytes, until).toBe(megabyte)
    origin.stopAt(3 * megabyte)
    origin.breakOff()
    await expect.poll(() => machine.bytes, until).toBe(3 * megabyte)
    origin.stopAt(Number.POSITIVE_INFINITY)
    origin.breakOff()
    expect(await machine.done).toMatchObject({ sha256: sha256(content), error: undefined })
    expect(origin.requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      `bytes=${megabyte}-`,
      `bytes=${3 * megabyte}-`,
    ])
    expect(origin.requests[2]?.headers['if-range']).toBe('"1"')
  })

  it.each([{ etag: '"2"' }, {}])(
    'is cut off when the source goes on with what may be another one (%j), which the next get whole',
    async (validators) => {
      origin.version = { content: randomBytes(2 * megabyte), ...('etag' in validators ? { etag: '"1"' } : {}) }
      origin.stopAt(megabyte)
      const machine = download()
      await expect.poll(() => machine.bytes, until).toBe(megabyte)
      // Of the same length: nothing but the break tells them apart.
      const content = randomBytes(2 * megabyte)
      origin.version = { content, ...validators }
      origin.breakOff()
      const cut = await machine.done
      expect(cut.error).toBeDefined()
      expect(cut.bytes).toBe(megabyte)
      const next = download()
      await expect.poll(() => next.bytes, until).toBe(megabyte)
      origin.goOn()
      expect(await next.done).toMatchObject({ sha256: sha256(content), error: undefined })
      await expect.poll(heldFiles, until).toEqual([])
    },
  )

  it('is cut off before its end when its source was changed while it was read', async () => {
    const file = join(folder, 'allowed/ramdisk')
    writeFileSync(file, randomBytes(64 * megabyte))
    imageUrl = `file://${file}`
    const machine = download()
    await expect.poll(() => machine.bytes, { ...until, interval: 1 }).toBeGreaterThan(0)
    const changed = randomBytes(megabyte)
    const descriptor = openSync(file, 'r+')
    writeSync(descriptor, changed, 0, changed.length, 0)
    closeSync(descriptor)
    expect((await machine.done).error).toBeDefined()
    expect(await download().done).toMatchObject({ sha256: sha256(readFileSync(file)), error: undefined })
  })

  it.each([2, 3])(
    'is cut off when the source goes on with another one, of %i MiB, as if it were the same',
    async (size) => {
      origin.version = { content: randomBytes(2 * megabyte), etag: '"1"' }
      origin.stopAt(megabyte)
      const machine = download()
      await expect.poll(() => machine.bytes, until).toBe(megabyte)
      const content = randomBytes(size * megabyte)
      origin.version = { content, etag: '"2"', ignoresConditions: true }
      origin.stopAt(Number.POSITIVE_INFINITY)
      origin.breakOff()
      expect(await machine.done).toMatchObject({ bytes: megabyte, error: expect.anything() })
      await expect.poll(async () => (await download().done).sha256, until).toBe(sha256(content))
    },
  )

  it('of which the source gives up for good is cut off', async () => {
    origin.version = { content: randomBytes(2 * megabyte), etag: '"1"' }
    origin.stopAt(megabyte)
    const machine = download()
    await expect.poll(() => machine.bytes, until).toBe(megabyte)
    origin.refuse(404)
    origin.breakOff()
    expect((await machine.done).error).toBeDefined()
    expect(await download().done).toMatchObject({ status: 404, error: undefined })
    await expect.poll(heldFiles, until).toEqual([])
    expect(blobs()).toEqual([])
  })

  it('without a length is not sent before it is there: firmware would wait for its end for ever', async () => {
    const content = randomBytes(2 * megabyte)
    origin.version = { content, etag: '"1"', sendsLength: false }
    origin.stopAt(megabyte)
    await server.close()
    server = await startServer(0.5)
    const answer = await rawRequest(server.address, 'GET', path())
    expect(answer.status).toBe(503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    origin.goOn()
    await expect.poll(async () => (await download().done).sha256, until).toBe(sha256(content))
    expect(origin.requests).toHaveLength(1)
  })

  it('has a length for who asks for that alone, and no parts', async () => {
    const content = randomBytes(2 * megabyte)
    origin.version = { content, etag: '"1"' }
    origin.stopAt(megabyte)
    const head = await rawRequest(server.address, 'HEAD', path())
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': String(content.length) } })
    const part = await rawRequest(server.address, 'GET', path(), { Range: 'bytes=0-5' })
    expect(part).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    origin.goOn()
    await expect
      .poll(async () => (await rawRequest(server.address, 'GET', path(), { Range: 'bytes=0-5' })).status, until)
      .toBe(206)
    expect(origin.requests).toHaveLength(1)
  })

  it('goes on arriving when the machine that asked for it is switched off', async () => {
    const content = randomBytes(4 * megabyte)
    origin.version = { content, etag: '"1"' }
    origin.stopAt(megabyte)
    const machine = download()
    await expect.poll(() => machine.bytes, until).toBe(megabyte)
    machine.switchOff()
    await machine.done
    origin.goOn()
    await expect.poll(() => existsSync(join(httpRoot, nodeUuid, 'deploy_ramdisk')), until).toBe(true)
    expect(sha256(readFileSync(join(httpRoot, nodeUuid, 'deploy_ramdisk')))).toBe(sha256(content))
    expect(origin.requests).toHaveLength(1)
    await expect.poll(heldFiles, until).toEqual([])
  })

  it('is fetched at once for a machine, however many are being fetched for nodes that wait', async () => {
    origin.version = { content: randomBytes(2 * megabyte), etag: '"1"' }
    origin.stopAt(megabyte)
    const prepared = Array.from({ length: 30 }, (_, index) =>
      store.ensure(uuidOf(index), [{ fileName: 'deploy_ramdisk', url: origin.url(`/slow-${index}`) }]),
    )
    await expect.poll(() => origin.requests.length, until).toBeGreaterThan(3)
    imageUrl = origin.url('/awaited')
    const fresh = download()
    await expect.poll(() => fresh.bytes, until).toBe(megabyte)
    // This one had been waiting for its turn.
    imageUrl = origin.url('/slow-29')
    const promoted = download(uuidOf(29))
    await expect.poll(() => promoted.bytes, until).toBe(megabyte)
    expect(origin.requests.length).toBeLessThan(20)
    origin.goOn()
    await Promise.all([fresh.done, promoted.done, ...prepared])
    expect(origin.requests).toHaveLength(31)
  })

  it('costs the same memory whatever its size, and is not held up by a machine that reads nothing', async () => {
    const size = 512 * megabyte
    const file = join(folder, 'allowed/ramdisk')
    writeFileSync(file, '')
    truncateSync(file, size)
    imageUrl = `file://${file}`
    const stalled = connect(server.address, () => stalled.pause().write(`GET ${path()} HTTP/1.1\r\nHost: x\r\n\r\n`))
    const atStart = process.memoryUsage.rss()
    let highest = atStart
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage.rss())
    }, 20)
    const answers = await Promise.all(Array.from({ length: 2 }, () => download().done))
    clearInterval(watch)
    stalled.destroy()
    expect(answers.map(({ bytes, error }) => [bytes, error])).toEqual(Array(2).fill([size, undefined]))
    expect(new Set(answers.map((answer) => answer.sha256)).size).toBe(1)
    expect(existsSync(join(httpRoot, nodeUuid, 'deploy_ramdisk'))).toBe(true)
    expect(highest - atStart).toBeLessThan(192 * megabyte)
    await expect.poll(heldFiles, until).toEqual([])
  })
})
