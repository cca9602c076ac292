import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ImageOrigin } from '../../../test/support/image-origin.ts'
import { MachineDownload } from '../../../test/support/machine-download.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 60_000 })

const until = { timeout: 20_000, interval: 10 }
const megabyte = 1024 * 1024
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const uuidOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)

/** A conductor's file server, on a disk of 8 MiB that nobody else sees; a message fills it up, files and bytes. */
const program = `
  import { writeFileSync } from 'node:fs'
  import { ImageStore } from ${source('../../ipxe/image-store.ts')}
  import { startFileServer } from ${source('file-server.ts')}
  const [httpRoot, url] = process.argv.slice(1)
  const log = () => undefined
  const logger = { debug: log, info: log, warn: log, error: log, child: () => logger }
  const images = new ImageStore({ httpRoot, fileUrlAllowedPaths: [], downloadTimeoutSeconds: 60, logger })
  const onMissing = async (uuid, fileName) => images.hurry(uuid, { fileName, url })
  const { address } = await startFileServer({ httpRoot, host: '127.0.0.1', port: 0, missingWaitSeconds: 30, onMissing, logger })
  process.on('message', () => {
    try {
      writeFileSync(httpRoot + '/other', Buffer.alloc(8 * 1024 * 1024))
    } catch {}
    try {
      for (let index = 0; ; index++) writeFileSync(httpRoot + '/other-' + index, '')
    } catch {}
    process.send('done')
  })
  process.send(address)`

let folder: string
let origin: ImageOrigin
let conductor: ChildProcess
let address: { host: string; port: number }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-full-'))
  const httpRoot = join(folder, 'http')
  mkdirSync(httpRoot)
  origin = await ImageOrigin.start()
  const mounted =
    'mount -t tmpfs -o size=8m,nr_inodes=300 tmpfs "$1" && exec "$0" --input-type=module -e "$2" "$1" "$3"'
  const command = ['sh', '-c', mounted, process.execPath, httpRoot, program, origin.url()]
  conductor = spawn('unshare', ['--user', '--map-root-user', '--mount', ...command], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  address = (await once(conductor, 'message'))[0] as typeof address
})
afterEach(async () => {
  const ended = once(conductor, 'exit')
  conductor.kill('SIGKILL')
  await ended
  await origin.close()
  rmSync(folder, { recursive: true })
})

const download = (index: number, method = 'GET') =>
  new MachineDownload(address, `/${uuidOf(index)}/deploy_ramdisk`, method)
const fillDisk = async () => {
  conductor.send('fill')
  await once(conductor, 'message')
}

describe('images on a full disk', () => {
  it('that do not fit are passed through to each machine, so many at once; the others are told to come again', async () => {
    const content = randomBytes(9 * megabyte)
    origin.version = { content, etag: '"1"' }
    origin.stopAt(megabyte)
    const machines = Array.from({ length: 40 }, (_, index) => download(index))
    await expect.poll(() => machines.filter(({ bytes }) => bytes === megabyte).length, until).toBe(32)
    const refused = await Promise.all(machines.filter(({ bytes }) => bytes < megabyte).map(({ done }) => done))
    expect(refused.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(Array(8).fill([503, '5']))
    // One that is switched off leaves its place to another.
    const off = machines.find(({ bytes }) => bytes === megabyte)
    off?.switchOff()
    origin.goOn()
    const served = machines.filter((machine) => machine !== off && machine.bytes >= megabyte)
    for (const { done } of served) {
      const answer = await done
      expect(answer).toMatchObject({ status: 200, sha256: sha256(content), error: undefined })
      expect(answer.headers['content-length']).toBe(String(content.length))
    }
    expect(await download(50, 'HEAD').done).toMatchObject({
      status: 200,
      bytes: 0,
      headers: { 'content-length': String(content.length) },
    })
    for (let index = 0; index < 5; index++)
      expect(await download(index).done).toMatchObject({ sha256: sha256(content), error: undefined })
  })

  it('that fitted no more half-way are cut off, and whole for who asks again', async () => {
    const content = randomBytes(6 * megabyte)
    origin.version = { content, etag: '"1"' }
    origin.stopAt(megabyte)
    const machine = download(1)
    await expect.poll(() => machine.bytes, until).toBe(megabyte)
    await fillDisk()
    origin.goOn()
    const cut = await machine.done
    expect(cut.error).toBeDefined()
    expect(cut.bytes).toBeLessThan(content.length)
    expect(await download(1).done).toMatchObject({ status: 200, sha256: sha256(content), error: undefined })
    expect(await download(2).done).toMatchObject({ status: 200, sha256: sha256(content), error: undefined })
  })

  it('that are held already are served from the copy, to nodes that can have no file of their own', async () => {
    const content = randomBytes(3 * megabyte)
    origin.version = { content, etag: '"1"' }
    expect(await download(1).done).toMatchObject({ sha256: sha256(content) })
    // The file is whole now, and linked.
    await expect.poll(async () => (await download(1, 'HEAD').done).headers.etag, until).toBeDefined()
    await fillDisk()
    for (let index = 2; index < 40; index++)
      expect(await download(index).done).toMatchObject({ status: 200, sha256: sha256(content), error: undefined })
    expect(origin.requests).toHaveLength(1)
  })
})
