import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bzImage } from '../../test/support/boot-images.ts'
import { UrlProber } from './url-prober.ts'

let server: Server
let root: string
let asked: string[]
let atOnce: { now: number; most: number }
let prober: UrlProber

beforeEach(async () => {
  asked = []
  atOnce = { now: 0, most: 0 }
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    atOnce.now += 1
    atOnce.most = Math.max(atOnce.most, atOnce.now)
    response.once('close', () => {
      atOnce.now -= 1
    })
    const image = Buffer.concat([bzImage(), Buffer.alloc(1_000_000)])
    if (path === '/ranges')
      response
        .writeHead(206, { 'content-range': `bytes 0-8191/${image.length}`, 'content-length': 8192 })
        .end(image.subarray(0, 8192))
    else if (path === '/whole') response.writeHead(200, { 'content-length': image.length }).end(image)
    else if (path === '/soon') response.writeHead(503, { 'retry-after': '5' }).end()
    else if (path === '/moved') response.writeHead(302, { location: '/whole' }).end()
    else if (path !== '/silent') setTimeout(() => response.writeHead(404).end(), 20)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  prober = new UrlProber({ concurrent: 3, answerMilliseconds: 2_000 })
})

afterEach(async () => {
  await prober.close()
  server.closeAllConnections()
  server.close()
})

it('looks at the beginning of a file, from servers with ranges and without', async () => {
  const expected = { outcome: 'answered', bytes: 1_004_096, kind: { is: 'kernel', architecture: 'x86_64' } }
  expect(await prober.probe(`${root}/ranges`)).toMatchObject({ ...expected, status: 206 })
  expect(await prober.probe(`${root}/whole`)).toMatchObject({ ...expected, status: 200, date: expect.any(Date) })
  expect(await prober.probe(`${root}/moved`)).toMatchObject({ ...expected, status: 200 })
  expect(await prober.probe(`${root}/soon`)).toMatchObject({ status: 503, retryAfter: '5' })
})

it('asks each URL once, and few at a time', async () => {
  const urls = Array.from({ length: 12 }, (_, index) => `${root}/${index}`)
  await Promise.all([...urls, ...urls, ...urls].map((url) => prober.probe(url)))
  expect(asked).toHaveLength(12)
  expect(atOnce.most).toBeLessThanOrEqual(3)
})

it('says why there is no answer', async () => {
  expect(await prober.probe(`${root}/silent`)).toEqual({ outcome: 'failed', message: 'no answer within 2 s' })
  expect(await prober.probe('http://127.0.0.1:1/')).toMatchObject({ message: expect.stringContaining('ECONNREFUSED') })
  expect(await prober.probe('file:///nowhere/kernel')).toMatchObject({ message: expect.stringContaining('ENOENT') })
  expect(await prober.probe('http://')).toMatchObject({ outcome: 'failed' })
})
