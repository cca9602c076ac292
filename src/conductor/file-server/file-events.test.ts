import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { rawRequest } from '../../../test/support/raw-request.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { BootEvent } from '../../model/boot-events.ts'
import { preflightUserAgent } from '../../model/preflight-requests.ts'
import { fileEvent } from './file-event.ts'
import { type FileServer, startFileServer } from './file-server.ts'

vi.setConfig({ testTimeout: 30_000 })

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
let folder: string
let server: FileServer
let events: (BootEvent | undefined)[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-events-'))
  await mkdir(join(folder, uuid))
  await mkdir(join(folder, 'pxelinux.cfg'))
  await writeFile(join(folder, 'boot.ipxe'), '#!ipxe\n')
  await writeFile(join(folder, uuid, 'deploy_kernel'), 'kernel bytes')
  await writeFile(join(folder, uuid, 'deploy_ramdisk'), Buffer.alloc(20_000_000))
  await writeFile(join(folder, 'pxelinux.cfg', '52-54-00-12-34-56'), '#!ipxe\n')
  events = []
  server = await startFileServer({
    httpRoot: folder,
    host: '127.0.0.1',
    port: 0,
    onDownload: (download) => events.push(fileEvent(download, 'cond-1')),
    logger: recordingLogger(),
  })
})

afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

async function eventOf(target: string, headers: Record<string, string> = {}) {
  await rawRequest(server.address, 'GET', target, headers)
  await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 10_000 })
  return events[0]
}

it("names a node's file, with what was sent to whom", async () => {
  expect(await eventOf(`/${uuid}/deploy_kernel`, { 'User-Agent': 'iPXE/1.21.1' })).toMatchObject({
    kind: 'file',
    outcome: 'served',
    node_uuid: uuid,
    name: 'deploy_kernel',
    client: '127.0.0.1',
    server: 'cond-1',
    bytes: 12,
    user_agent: 'iPXE/1.21.1',
    code: null,
  })
})

it.each([
  ['/boot.ipxe', { node_uuid: null, mac: null, name: 'boot.ipxe', bytes: 7 }],
  ['/pxelinux.cfg/52-54-00-12-34-56', { mac: '52:54:00:12:34:56', name: 'pxelinux.cfg/52-54-00-12-34-56' }],
  ['/grub.cfg-01-52-54-00-12-34-57', { mac: '52:54:00:12:34:57', outcome: 'refused', code: 'ImageUnavailable' }],
  [`/${uuid}/rescue_kernel`, { node_uuid: uuid, name: 'rescue_kernel', outcome: 'refused', bytes: null }],
])('makes one of %s', async (target, expected) => {
  expect(await eventOf(target)).toMatchObject(expected)
})

it('tells a download that broke off from a whole one', async () => {
  await new Promise<void>((resolve) => {
    get({ ...server.address, path: `/${uuid}/deploy_ramdisk` }, (response) => {
      response.once('data', () => {
        response.destroy()
        resolve()
      })
    })
  })
  await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 10_000 })
  const [event] = events
  expect(event).toMatchObject({ outcome: 'broken', name: 'deploy_ramdisk', code: null })
  expect(event?.bytes).toBeGreaterThan(0)
  expect(event?.bytes).toBeLessThan(20_000_000)
})

it('makes none of what preflight asks for', async () => {
  expect(await eventOf('/boot.ipxe', { 'User-Agent': preflightUserAgent })).toBeUndefined()
})

it('makes none of what is no download, or a further piece of one', async () => {
  await rawRequest(server.address, 'HEAD', `/${uuid}/deploy_kernel`)
  await rawRequest(server.address, 'GET', `/${uuid}/deploy_kernel`, { Range: 'bytes=4-' })
  expect(await eventOf(`/${uuid}/deploy_kernel`, { Range: 'bytes=0-3' })).toMatchObject({ bytes: 4 })
})
