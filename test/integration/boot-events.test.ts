import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SqliteBootEventStore } from '../../src/db/events/sqlite-boot-event-store.ts'
import type { BootEventFilter } from '../../src/model/boot-events.ts'
import { ApiAndConductor, bootingNode } from '../support/api-and-conductor.ts'
import { BootringProcess } from '../support/bootring-process.ts'
import { mac } from '../support/fleet-node.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const launcher = fileURLToPath(new URL('../../bin/bootring', import.meta.url))
const nodeUuid = bootingNode.uuid as string
const until = { timeout: 60_000, interval: 50 }

describe('boot events of an API and a conductor in one file', () => {
  let folder: string
  let file: string
  let reader: SqliteBootEventStore
  let running: ApiAndConductor

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bootring-events-'))
    file = join(folder, 'events.sqlite')
    running = await ApiAndConductor.start({ OS_BOOTRING__BOOT_EVENT_CONNECTION: `sqlite:///${file}` })
    reader = new SqliteBootEventStore(file, { creates: false })
  })
  afterAll(async () => {
    await running?.stop()
    await reader?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function boot(): Promise<string> {
    const response = await fetch(`${running.url}/v1/boot/${mac(1)}/boot.ipxe`, {
      headers: { 'User-Agent': 'iPXE/1.21.1' },
    })
    expect(response.status).toBe(200)
    return await response.text()
  }
  async function untilThereAre(count: number, filter: BootEventFilter) {
    return await vi.waitFor(async () => {
      const events = await reader.events(filter, 100)
      expect(events).toHaveLength(count)
      return events
    }, until)
  }

  it('follow a machine from its script to its kernel', async () => {
    const script = await boot()
    const [kernelUrl = ''] = /http:\S+deploy_kernel/.exec(script) ?? []
    expect((await fetch(kernelUrl)).status).toBe(200)
    await fetch(`${running.url}/v1/lookup?addresses=${mac(1)}`)
    const [scripts] = await untilThereAre(1, { mac: mac(1), kinds: ['script'] })
    expect(scripts).toMatchObject({ outcome: 'served', node_uuid: nodeUuid, user_agent: 'iPXE/1.21.1' })
    expect(scripts?.bytes).toBe(Buffer.byteLength(script))
    const [kernel] = await untilThereAre(1, { node_uuid: nodeUuid, kinds: ['file'] })
    expect(kernel).toMatchObject({ outcome: 'served', name: 'deploy_kernel', bytes: 7, client: '127.0.0.1' })
    const [lookup] = await untilThereAre(1, { node_uuid: nodeUuid, kinds: ['lookup'] })
    expect(lookup).toMatchObject({ mac: mac(1) })
  })

  it('wait for a file that somebody else has locked, and no machine does', async () => {
    const before = (await reader.events({ kinds: ['script'] }, 100)).length
    const other = new DatabaseSync(file)
    try {
      other.exec('begin immediate')
      for (let count = 0; count < 5; count += 1) await boot()
      // Longer than the thread waits for the lock.
      await vi.waitFor(async () => expect(await running.metrics('api')).toMatch(/write_failures_total [1-9]/), until)
      await boot()
      expect((await reader.events({ kinds: ['script'] }, 100)).length).toBe(before)
    } finally {
      other.close()
    }
    await untilThereAre(before + 6, { kinds: ['script'] })
  })

  it('can be followed as they come, a line each, until told to stop', async () => {
    const follower = new BootringProcess(['boots', '--follow', '--json'], { ...running.env })
    const lines = () => follower.output.split('\n').filter((line) => line !== '')
    try {
      // Those of before are shown first.
      await vi.waitFor(() => expect(lines().length).toBeGreaterThan(0), until)
      const before = lines().length
      await boot()
      await vi.waitFor(() => expect(lines().length).toBeGreaterThan(before), until)
      const boots = lines().map((line) => JSON.parse(line))
      expect(boots.map(({ node_uuid }) => node_uuid)).toEqual(boots.map(() => nodeUuid))
    } finally {
      expect(await follower.end('SIGINT')).toMatchObject({ code: 0 })
    }
  })

  it('can be followed by a reader that leaves', async () => {
    const pipeline = `set -o pipefail; '${launcher}' boots --follow --json | head -n 1`
    const reading = promisify(execFile)('bash', ['-c', pipeline], { env: { ...process.env, ...running.env } })
    let ended = false
    const done = reading.finally(() => {
      ended = true
    })
    // It is noticed with the next line.
    while (!ended) {
      await boot()
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 500))])
    }
    expect(JSON.parse((await done).stdout)).toMatchObject({ node_uuid: nodeUuid })
  })

  it('are there and whole when the API was killed', async () => {
    const before = (await reader.events({ kinds: ['script'] }, 100)).length
    for (let count = 0; count < 3; count += 1) await boot()
    // And those of before that were not written yet.
    await vi.waitFor(async () => {
      expect((await reader.events({ kinds: ['script'] }, 100)).length).toBeGreaterThanOrEqual(before + 3)
    }, until)
    const booting = Array.from({ length: 50 }, () => boot().catch(() => undefined))
    await running.api.end('SIGKILL')
    await Promise.all(booting)
    const database = new DatabaseSync(file)
    try {
      expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    } finally {
      database.close()
    }
    expect((await reader.events({ kinds: ['script'] }, 100)).length).toBeGreaterThanOrEqual(before + 3)
  })
})
