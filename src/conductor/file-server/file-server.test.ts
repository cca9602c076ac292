import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rawRequest } from '../../../test/support/raw-request.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { BootringError } from '../../model/errors.ts'
import { type FileServer, type FileServerOptions, startFileServer } from './file-server.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 30_000 })

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const canary = 'CANARY-outside-of-the-root'

let folder: string
let root: string
let server: FileServer
const extraServers: FileServer[] = []

async function start(options: Partial<FileServerOptions> = {}): Promise<FileServer> {
  const started = await startFileServer({
    httpRoot: root,
    host: '127.0.0.1',
    port: 0,
    logger: recordingLogger(),
    ...options,
  })
  extraServers.push(started)
  return started
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-server-'))
  root = join(folder, 'httpboot')
  await mkdir(join(root, uuid), { recursive: true })
  await mkdir(join(root, 'pxelinux.cfg'))
  await mkdir(join(root, '.images'))
  await writeFile(join(folder, 'canary'), canary)
  await writeFile(join(root, 'boot.ipxe'), '#!ipxe\necho hello\n')
  await writeFile(join(root, uuid, 'config'), '#!ipxe\necho node\n')
  await writeFile(join(root, '.images', 'kernel'), 'kernel bytes')
  await symlink(`../${uuid}/config`, join(root, 'pxelinux.cfg', '52-54-00-12-34-56'))
  await symlink('../.images/kernel', join(root, uuid, 'deploy_kernel'))
  server = await start()
})

afterEach(async () => {
  await Promise.all(extraServers.splice(0).map((started) => started.close()))
  await rm(folder, { recursive: true })
})

const get = (target: string, headers?: Record<string, string>) => rawRequest(server.address, 'GET', target, headers)

describe('startFileServer', () => {
  it('serves scripts as text, with length, ETag and date', async () => {
    const answer = await get('/boot.ipxe')
    expect(answer).toMatchObject({ status: 200, body: '#!ipxe\necho hello\n' })
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '18',
      'accept-ranges': 'bytes',
    })
    expect(answer.headers.etag).toMatch(/^W\/"/)
    expect(answer.headers['last-modified']).toMatch(/GMT$/)
    expect(answer.headers).not.toHaveProperty('transfer-encoding')
  })

  it('follows links within the root, into hidden folders too', async () => {
    expect((await get('/pxelinux.cfg/52-54-00-12-34-56')).body).toBe('#!ipxe\necho node\n')
    const kernel = await get(`/${uuid}/deploy_kernel`)
    expect(kernel).toMatchObject({ status: 200, body: 'kernel bytes' })
    expect(kernel.headers['content-type']).toBe('application/octet-stream')
  })

  it('answers HEAD with the length and no body', async () => {
    const answer = await rawRequest(server.address, 'HEAD', '/boot.ipxe')
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.headers['content-length']).toBe('18')
  })

  it('serves an empty file', async () => {
    await writeFile(join(root, 'empty'), '')
    const answer = await get('/empty')
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.headers['content-length']).toBe('0')
  })

  it('never compresses', async () => {
    const answer = await get('/boot.ipxe', { 'Accept-Encoding': 'gzip, br' })
    expect(answer.body).toBe('#!ipxe\necho hello\n')
    expect(answer.headers).not.toHaveProperty('content-encoding')
  })

  it('refuses other methods', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const answer = await rawRequest(server.address, method, '/boot.ipxe', { 'Content-Length': '0' })
      expect(answer.status, method).toBe(405)
      expect(answer.headers.allow).toBe('GET, HEAD')
      expect(answer.headers['content-length']).toBe(String(answer.body.length))
    }
  })

  it('gives parts of a file', async () => {
    const part = await get('/boot.ipxe', { Range: 'bytes=0-5' })
    expect(part).toMatchObject({ status: 206, body: '#!ipxe' })
    expect(part.headers).toMatchObject({ 'content-range': 'bytes 0-5/18', 'content-length': '6' })
    expect((await get('/boot.ipxe', { Range: 'bytes=-6' })).body).toBe('hello\n')
    expect(await get('/boot.ipxe', { Range: 'bytes=0-1,4-5' })).toMatchObject({
      status: 200,
      body: '#!ipxe\necho hello\n',
    })
    const beyond = await get('/boot.ipxe', { Range: 'bytes=100-' })
    expect(beyond.status).toBe(416)
    expect(beyond.headers).toMatchObject({ 'content-range': 'bytes */18' })
    expect(beyond.headers['content-length']).toBe(String(beyond.body.length))
  })

  it('honours conditions', async () => {
    const { etag = '', 'last-modified': lastModified = '' } = (await get('/boot.ipxe')).headers
    expect(await get('/boot.ipxe', { 'If-None-Match': etag })).toMatchObject({ status: 304, body: '' })
    expect(await get('/boot.ipxe', { 'If-Modified-Since': lastModified })).toMatchObject({ status: 304, body: '' })
    expect(await get('/boot.ipxe', { 'If-None-Match': '"other"' })).toMatchObject({ status: 200 })
    expect(await get('/boot.ipxe', { 'If-Match': '"other"' })).toMatchObject({ status: 412 })
  })

  it('lists no folder, redirects nowhere, hides dot files', async () => {
    for (const target of ['/', '', `/${uuid}`, `/${uuid}/`, '/.images/kernel', '/.images', '/pxelinux.cfg']) {
      const answer = await get(target || '*')
      expect(answer.status, target).toBe(404)
      expect(answer.headers).toMatchObject({ 'content-length': '10' })
      expect(answer.body).toBe('Not Found\n')
    }
  })

  it('follows no link out of the root, and says so to the operator', async () => {
    const logger = recordingLogger()
    const watched = await start({ logger })
    await symlink(join(folder, 'canary'), join(root, 'leak'))
    await symlink('..', join(root, 'up'))
    await symlink('loop', join(root, 'loop'))
    expect(await rawRequest(watched.address, 'GET', '/leak')).toMatchObject({ status: 404, body: 'Not Found\n' })
    expect(await rawRequest(watched.address, 'GET', '/up/canary')).toMatchObject({ status: 404, body: 'Not Found\n' })
    expect(await rawRequest(watched.address, 'GET', '/loop')).toMatchObject({ status: 404 })
    expect(JSON.stringify(logger.lines)).toContain('leads out of it')
  })

  it('serves regular files only', async () => {
    execFileSync('mkfifo', [join(root, 'fifo')])
    await symlink('/dev/zero', join(root, 'device'))
    expect((await get('/fifo')).status).toBe(404)
    expect((await get('/device')).status).toBe(404)
  })

  it('makes the root when it is not there, and refuses what is no folder', async () => {
    const fresh = await start({ httpRoot: join(folder, 'new', 'root') })
    expect((await rawRequest(fresh.address, 'GET', '/boot.ipxe')).status).toBe(404)
    await expect(start({ httpRoot: join(folder, 'canary') })).rejects.toThrow()
  })

  it('listens on IPv6', async () => {
    const six = await start({ host: '::1' })
    expect(six.address.host).toBe('::1')
    expect((await rawRequest(six.address, 'GET', '/boot.ipxe')).status).toBe(200)
  })

  it('keeps the connection for script, kernel and ramdisk', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (const path of ['/boot.ipxe', '/missing', `/${uuid}/deploy_kernel`]) {
      await new Promise<void>((resolve, reject) => {
        request({ ...server.address, path, agent }, (response) => {
          ports.add(response.socket.localPort)
          response.resume().on('end', resolve)
        })
          .on('error', reject)
          .end()
      })
    }
    agent.destroy()
    expect(ports.size).toBe(1)
  })

  it('gives whole files while they are replaced', async () => {
    const versions = ['a'.repeat(3000), 'b'.repeat(5000), 'c'.repeat(70_000)]
    let writing = true
    const writer = (async () => {
      for (let i = 0; writing; i++) {
        await writeFile(join(root, 'tmp-config'), versions[i % 3] ?? '')
        await rename(join(root, 'tmp-config'), join(root, uuid, 'config'))
        await sleep(1)
      }
    })()
    for (let i = 0; i < 150; i++) {
      const answer = await get(`/${uuid}/config`)
      if (answer.status === 503) continue
      expect(answer.status).toBe(200)
      expect(['#!ipxe\necho node\n', ...versions].includes(answer.body), `${answer.body.length} bytes`).toBe(true)
    }
    writing = false
    await writer
  })

  it('asks firmware to come back while the process has no file descriptors left', async () => {
    // A process of its own: it really runs out of them.
    const program = `
      import { openSync, closeSync } from 'node:fs'
      import { startFileServer } from ${JSON.stringify(new URL('file-server.ts', import.meta.url).href)}
      const log = () => undefined
      const logger = { debug: log, info: log, warn: log, error: log, child: () => logger }
      const { address } = await startFileServer({ httpRoot: process.argv[1], host: '127.0.0.1', port: 0, logger })
      const held = []
      process.on('message', (wanted) => {
        try {
          while (wanted === 'exhaust') held.push(openSync('/dev/null'))
        } catch {}
        if (wanted === 'release') for (const descriptor of held.splice(0)) closeSync(descriptor)
        process.send('done')
      })
      process.send(address)`
    const child = spawn(
      'sh',
      ['-c', 'ulimit -n 128; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', program, root],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    )
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      const [address] = (await once(child, 'message')) as [FileServer['address']]
      const ask = async () => {
        const [response] = (await once(request({ ...address, path: '/boot.ipxe', agent }).end(), 'response')) as [
          IncomingMessage,
        ]
        response.resume()
        await once(response, 'end')
        return response
      }
      expect((await ask()).statusCode).toBe(200)
      // Twice: the descriptor of the first answer may be given back only now.
      for (let times = 0; times < 2; times++) {
        child.send('exhaust')
        await once(child, 'message')
        await sleep(200)
      }
      const refused = await ask()
      expect(refused.statusCode).toBe(503)
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      expect(refused.headers['content-length']).toBe('20')
      child.send('release')
      await once(child, 'message')
      expect((await ask()).statusCode).toBe(200)
    } finally {
      agent.destroy()
      child.kill()
    }
  })

  it('does not hold large files in memory', async () => {
    const size = 2 * 1024 ** 3
    await writeFile(join(root, 'large'), '')
    await truncate(join(root, 'large'), size)
    const tail = await get('/large', { Range: `bytes=${size - 5}-` })
    expect(tail).toMatchObject({ status: 206, body: '\0\0\0\0\0' })
    expect(tail.headers['content-range']).toBe(`bytes ${size - 5}-${size - 1}/${size}`)
    expect((await rawRequest(server.address, 'HEAD', '/large')).headers['content-length']).toBe(String(size))

    // A client that reads 192 MiB of it, and then hangs up.
    const atStart = process.memoryUsage.rss()
    let highest = atStart
    let received = 0
    await new Promise<void>((resolve, reject) => {
      const download = request({ ...server.address, path: '/large' }, (response) => {
        response.on('data', (chunk: Buffer) => {
          const before = received
          received += chunk.length
          if (received >> 22 !== before >> 22) highest = Math.max(highest, process.memoryUsage.rss())
          if (received < 192 * 1024 ** 2) return
          download.destroy()
          resolve()
        })
      })
      download.on('error', reject).end()
    })
    expect(highest - atStart).toBeLessThan(96 * 1024 ** 2)
    expect((await get('/boot.ipxe')).status).toBe(200)
  })
})

/** One that can't be read before it is there. */
const readyAfter = (fetching: Promise<void>) => ({
  ready: fetching,
  arriving: async () => undefined,
  direct: async () => undefined,
})

describe('a missing kernel or ramdisk', () => {
  it('is fetched once for all who wait for it, then served', async () => {
    const asked: string[] = []
    const fetching = await start({
      onMissing: async (nodeUuid, fileName) => {
        asked.push(`${nodeUuid}/${fileName}`)
        return readyAfter(sleep(50).then(() => writeFile(join(root, nodeUuid, fileName), `bytes of ${fileName}`)))
      },
    })
    const target = `/${uuid}/deploy_ramdisk`
    const answers = await Promise.all(Array.from({ length: 20 }, () => rawRequest(fetching.address, 'GET', target)))
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(
      new Set(['200 bytes of deploy_ramdisk']),
    )
    expect(asked).toEqual([`${uuid}/deploy_ramdisk`])
    await rawRequest(fetching.address, 'GET', target)
    expect(asked).toHaveLength(1)
  })

  it('is asked for anew after it could not be had', async () => {
    let attempts = 0
    const logger = recordingLogger()
    const failing = await start({
      logger,
      onMissing: async () => {
        attempts++
        if (attempts === 1) throw new Error('database is down')
        return attempts === 2 ? readyAfter(Promise.reject(new Error('image server is down'))) : undefined
      },
    })
    for (let times = 0; times < 3; times++)
      expect((await rawRequest(failing.address, 'GET', `/${uuid}/kernel`)).status).toBe(404)
    expect(attempts).toBe(3)
    expect(logger.lines.map(({ message }) => message)).toEqual(Array(2).fill('missing boot image could not be fetched'))
  })

  it('makes firmware ask again while the database can not tell where it comes from', async () => {
    const waiting = await start({
      onMissing: async () => {
        throw new BootringError('DatabaseUnavailable', 'gone')
      },
    })
    const answer = await rawRequest(waiting.address, 'GET', `/${uuid}/kernel`)
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
  })

  it('that can not be had does not fill the log, however often it is asked for', async () => {
    const logger = recordingLogger()
    const failing = await start({
      logger,
      onMissing: async () => {
        throw new Error('node has no deploy_kernel')
      },
    })
    for (let times = 0; times < 100; times++)
      expect((await rawRequest(failing.address, 'GET', `/${uuid}/kernel`)).status).toBe(404)
    expect(logger.lines.length).toBeGreaterThan(0)
    expect(logger.lines.length).toBeLessThan(60)
  })

  it('that takes long makes firmware ask again', async () => {
    const fetching = Promise.withResolvers<void>()
    const slow = await start({
      missingWaitSeconds: 0.05,
      onMissing: async () => readyAfter(fetching.promise),
    })
    const answer = await rawRequest(slow.address, 'GET', `/${uuid}/ramdisk`)
    expect(answer.status).toBe(503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    await writeFile(join(root, uuid, 'ramdisk'), 'late')
    fetching.resolve()
    expect(await rawRequest(slow.address, 'GET', `/${uuid}/ramdisk`)).toMatchObject({ status: 200, body: 'late' })
  })

  it('is asked for under no other name', async () => {
    const asked: string[] = []
    const watching = await start({
      onMissing: async (nodeUuid, fileName) => {
        asked.push(`${nodeUuid}/${fileName}`)
        return undefined
      },
    })
    for (const target of [
      `/${uuid}/other`,
      '/kernel',
      '/not-a-uuid/kernel',
      `/${uuid}/config.bak`,
      `/${uuid}/x/kernel`,
    ]) {
      expect((await rawRequest(watching.address, 'GET', target)).status).toBe(404)
    }
    expect(asked).toEqual([])
  })
})

describe('any request target', () => {
  const hostile = fc.constantFrom(
    '..',
    '.',
    '',
    '%2e%2e%2f',
    '%2e%2e',
    '%252e%252e%252f',
    '..%2f',
    '%00',
    '%',
    '%zz',
    '%c0%ae%c0%ae',
    '..;',
    '\\..\\',
    '..%5c',
    'canary',
    'canary%00.ipxe',
    uuid,
    'boot.ipxe',
    'pxelinux.cfg',
    '.images',
    'x'.repeat(10_000),
    '~',
    '/etc/passwd',
    'http://127.0.0.1',
    'file:///etc/passwd',
  )
  const printable = fc.stringMatching(/^[!-~]{0,40}$/)
  const target = fc
    .array(fc.oneof(hostile, printable), { maxLength: 8 })
    .map((parts) => `/${parts.join('/')}`.replaceAll(/[\s#]/g, ''))

  it('reads nothing outside the root and leaves the server in order', async () => {
    await fc.assert(
      fc.asyncProperty(target, fc.constantFrom('GET', 'HEAD'), async (path, method) => {
        const answer = await rawRequest(server.address, method, path)
        expect(answer.body).not.toContain(canary)
        expect(answer.body).not.toContain('root:')
        // 431: longer than node takes a request line to be.
        expect([200, 404, 431]).toContain(answer.status)
        expect(Number(answer.headers['content-length'])).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 300 },
    )
    expect((await get('/boot.ipxe')).status).toBe(200)
  })

  it('of random bytes is refused or not found', async () => {
    for (let i = 0; i < 50; i++) {
      const path = `/${randomBytes(30)
        .toString('latin1')
        .replaceAll(/[\s\0]/g, '')}`
      expect([200, 400, 404]).toContain((await get(path)).status)
    }
    expect((await get('/boot.ipxe')).status).toBe(200)
  })
})
