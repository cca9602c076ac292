import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeUuid } from '../../test/support/a-node.ts'
import { ImageStore } from './image-store.ts'
import type { NodeImage } from './node-images.ts'

const otherUuid = '22222222-0000-4000-8000-000000000002'
const logger = pino({ level: 'silent' })

let folder: string
let httpRoot: string
let stores: ImageStore[]
let server: Server
let base: string
let requests: { path: string; headers: IncomingMessage['headers'] }[]
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-images-'))
  httpRoot = join(folder, 'http')
  mkdirSync(join(folder, 'allowed'))
  stores = []
  requests = []
  server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()))
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

function aStore(downloadTimeoutSeconds = 20): ImageStore {
  const store = new ImageStore({
    httpRoot,
    fileUrlAllowedPaths: [join(folder, 'allowed')],
    downloadTimeoutSeconds,
    logger,
  })
  stores.push(store)
  return store
}
const kernel = (url: string): NodeImage[] => [{ fileName: 'deploy_kernel', url }]
const held = (uuid = nodeUuid, name = 'deploy_kernel') => readFileSync(join(httpRoot, uuid, name))
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const blobs = () => readdirSync(join(httpRoot, '.images')).filter((name) => name !== 'index.json')
const unavailable = (message: RegExp) =>
  expect.objectContaining({ code: 'ImageUnavailable', message: expect.stringMatching(message) })
const serve = (bytes: Buffer, headers: Record<string, string> = {}) => {
  answer = (_, response) => response.writeHead(200, { 'content-length': bytes.length, ...headers }).end(bytes)
}

describe('ImageStore, http', () => {
  it('stores equal content once, however many nodes and URLs lead to it', async () => {
    serve(Buffer.from('kernel'), { etag: '"1"' })
    const store = aStore()
    const uuids = Array.from({ length: 50 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`)
    await Promise.all(uuids.map((uuid) => store.ensure(uuid, kernel(`${base}/k`))))
    await store.ensure(otherUuid, [...kernel(`${base}/k`), { fileName: 'deploy_ramdisk', url: `${base}/same` }])
    expect(requests.map(({ path }) => path)).toEqual(['/k', '/same'])
    expect(blobs()).toEqual([sha256('kernel')])
    expect(statSync(join(httpRoot, '.images', sha256('kernel'))).nlink).toBe(1 + 50 + 2)
    expect(held(uuids[7]).toString()).toBe('kernel')
  })

  it.each([
    [{ etag: '"1"' }, { 'if-none-match': '"1"' }],
    [{ 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }, { 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' }],
  ])('asks a server that said %j whether it has changed, after a restart too', async (validators, condition) => {
    serve(Buffer.from('kernel'), validators)
    await aStore().ensure(nodeUuid, kernel(`${base}/k`))
    answer = (_, response) => response.writeHead(304).end()
    await aStore().ensure(nodeUuid, kernel(`${base}/k`))
    expect(requests[1]?.headers).toMatchObject(condition)
    expect(held().toString()).toBe('kernel')
  })

  it('takes a newer image, and removes the older one once no node boots it', async () => {
    serve(Buffer.from('old'), { etag: '"1"' })
    await aStore().ensure(nodeUuid, kernel(`${base}/k`))
    serve(Buffer.from('new'), { etag: '"2"' })
    const store = aStore()
    await store.ensure(nodeUuid, kernel(`${base}/k`))
    expect(held().toString()).toBe('new')
    expect(blobs().sort()).toEqual([sha256('old'), sha256('new')].sort())
    await store.removeUnused(new Set([nodeUuid]))
    expect(blobs()).toEqual([sha256('new')])
    await store.removeUnused(new Set())
    expect(blobs()).toEqual([])
    await store.ensure(nodeUuid, kernel(`${base}/k`))
    expect(held().toString()).toBe('new')
  })

  it('goes on where a transfer broke', async () => {
    const bytes = randomBytes(3_000_000)
    answer = (request, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const headers = {
        etag: '"1"',
        'content-length': bytes.length - from,
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      }
      response.writeHead(from === 0 ? 200 : 206, headers)
      if (from > 0) response.end(bytes.subarray(from))
      else response.write(bytes.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 50))
    }
    await aStore().ensure(nodeUuid, kernel(`${base}/k`))
    expect(requests[1]?.headers).toMatchObject({ 'if-range': '"1"' })
    expect(Number(/\d+/.exec(requests[1]?.headers.range ?? '')?.[0])).toBeGreaterThan(0)
    expect(sha256(held())).toBe(sha256(bytes))
    expect(blobs()).toEqual([sha256(bytes)])
  })

  it.each([{ etag: '"2"' }, {}])(
    'begins anew where the image changed meanwhile or nothing tells (%j)',
    async (validators) => {
      const bytes = randomBytes(500_000)
      answer = (_, response) => {
        if (requests.length === 1) {
          response.writeHead(200, { ...(validators.etag ? { etag: '"1"' } : {}), 'content-length': 999_999 })
          response.write(randomBytes(100_000), () => setTimeout(() => response.destroy(), 50))
        } else response.writeHead(200, { ...validators, 'content-length': bytes.length }).end(bytes)
      }
      await aStore().ensure(nodeUuid, kernel(`${base}/k`))
      expect(sha256(held())).toBe(sha256(bytes))
    },
  )

  it('uses the copy while the server is down', async () => {
    serve(Buffer.from('kernel'), { etag: '"1"' })
    await aStore().ensure(nodeUuid, kernel(`${base}/k`))
    answer = (_, response) => response.writeHead(500).end()
    await aStore().ensure(otherUuid, kernel(`${base}/k`))
    expect(held(otherUuid).toString()).toBe('kernel')
  })

  it('follows a few redirects, and not for ever', async () => {
    answer = (request, response) => {
      if (request.url === '/k') response.writeHead(302, { location: '/real' }).end()
      else if (request.url === '/real') response.writeHead(200, { 'content-length': 6 }).end('kernel')
      else response.writeHead(302, { location: '/loop' }).end()
    }
    const store = aStore()
    await store.ensure(nodeUuid, kernel(`${base}/k`))
    expect(held().toString()).toBe('kernel')
    requests = []
    await expect(store.ensure(nodeUuid, kernel(`${base}/loop`))).rejects.toThrow(unavailable(/loop/))
    expect(requests.length).toBeLessThan(40)
  })

  it.each([404, 403, 500])('says that the server answers %i, and keeps what the node had', async (status) => {
    serve(Buffer.from('kernel'))
    const store = aStore()
    await store.ensure(nodeUuid, kernel(`${base}/k`))
    answer = (_, response) => response.writeHead(status).end('<html>')
    await expect(store.ensure(nodeUuid, kernel(`${base}/gone`))).rejects.toThrow(
      unavailable(new RegExp(`/gone: the server answers ${status}`)),
    )
    expect(held().toString()).toBe('kernel')
  })

  it('gives up in time, and shows no password', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('a')
    }
    const url = `${base}/slow`.replace('//', '//user:secret@')
    const error = await aStore(1)
      .ensure(nodeUuid, kernel(url))
      .catch((e: unknown) => e)
    expect(error).toMatchObject({
      code: 'ImageUnavailable',
      message: expect.stringMatching(/slow: not there within 1 seconds/),
    })
    expect(String(error)).not.toContain('secret')
    expect(blobs()).toEqual([])
  })

  it('refuses what is empty, and what it can not fetch', async () => {
    serve(Buffer.alloc(0))
    const store = aStore()
    await expect(store.ensure(nodeUuid, kernel(`${base}/k`))).rejects.toThrow(unavailable(/it is empty/))
    for (const url of ['glance://x', 'ftp://x/y', 'nonsense', '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'])
      await expect(store.ensure(nodeUuid, kernel(url))).rejects.toThrow(unavailable(/only file, http and https/))
  })
})

describe('ImageStore, file', () => {
  const source = (name = 'k', text = 'kernel') => {
    const path = join(folder, 'allowed', name)
    writeFileSync(path, text)
    return `file://${path}`
  }

  it('copies, and copies again when the file changed', async () => {
    const store = aStore()
    const url = source()
    await store.ensure(nodeUuid, kernel(url))
    await store.ensure(nodeUuid, kernel(url))
    expect(held().toString()).toBe('kernel')
    source('k', 'newer kernel')
    await store.ensure(nodeUuid, kernel(url))
    expect(held().toString()).toBe('newer kernel')
  })

  it.each(['../outside', 'link', 'linked-folder/outside'])('does not leave the allowed folders by %s', async (way) => {
    writeFileSync(join(folder, 'outside'), 'secret')
    symlinkSync(join(folder, 'outside'), join(folder, 'allowed/link'))
    symlinkSync(folder, join(folder, 'allowed/linked-folder'))
    await expect(aStore().ensure(nodeUuid, kernel(`file://${folder}/allowed/${way}`))).rejects.toThrow(
      unavailable(/file_url_allowed_paths/),
    )
  })

  it('says what is wrong with the file', async () => {
    const store = aStore()
    const at = (path: string) => store.ensure(nodeUuid, kernel(`file://${path}`))
    await expect(at(join(folder, 'allowed/none'))).rejects.toThrow(unavailable(/ENOENT/))
    mkdirSync(join(folder, 'allowed/folder'))
    await expect(at(join(folder, 'allowed/folder'))).rejects.toThrow(unavailable(/no regular file/))
    await expect(store.ensure(nodeUuid, kernel('file://host/x'))).rejects.toThrow(unavailable(/absolute path/))
  })

  it('removes what a kill left, and does not stumble over a broken index', async () => {
    mkdirSync(join(httpRoot, '.images'), { recursive: true })
    writeFileSync(join(httpRoot, '.images/.bootring-image-1'), 'half')
    writeFileSync(join(httpRoot, '.images/index.json'), '{"a":')
    await aStore().ensure(nodeUuid, kernel(source()))
    expect(blobs()).toEqual([sha256('kernel')])
  })

  it("leaves the node's other images alone", async () => {
    const store = aStore()
    await store.ensure(nodeUuid, kernel(source()))
    await store.ensure(nodeUuid, [{ fileName: 'deploy_ramdisk', url: source('i', 'initrd') }])
    expect(readdirSync(join(httpRoot, nodeUuid)).sort()).toEqual(['deploy_kernel', 'deploy_ramdisk'])
  })

  it.each(['..', '../x', ''])('never makes a path of the UUID %j', async (uuid) => {
    await expect(aStore().ensure(uuid, [])).rejects.toThrow(expect.objectContaining({ code: 'BootConfigUnavailable' }))
    expect(existsSync(join(httpRoot, '..', 'x'))).toBe(false)
  })
})
