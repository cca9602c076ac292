import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { SqliteBootEventStore } from '../../src/db/events/sqlite-boot-event-store.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { bootingNode } from '../support/api-and-conductor.ts'
import { BootringProcess, bootringLauncher } from '../support/bootring-process.ts'
import { mac } from '../support/fleet-node.ts'
import { freePorts } from '../support/free-ports.ts'

const until = { timeout: 60_000, interval: 100 }

it('boot events on a full disk are dropped and counted, machines boot on, and with room there are events again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-full-events-'))
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  // A disk that only this process sees.
  const mounted = `mount -t tmpfs -o size=4m tmpfs "${disk}" && exec "${bootringLauncher}" "$@"`
  const launcher = join(folder, 'bootring')
  writeFileSync(launcher, `#!/bin/sh\nexec unshare --user --map-root-user --mount sh -c '${mounted}' sh "$@"\n`)
  chmodSync(launcher, 0o755)
  for (const name of ['kernel', 'ramdisk']) writeFileSync(join(folder, name), name)

  const url = `sqlite:///${join(folder, 'db.sqlite')}`
  const database = await openDatabase(url, { maxPoolSize: 1, poolTimeoutSeconds: 10 })
  await database.upgrade()
  await database.fleet.apply([bootingNode], { prune: false, dryRun: false })
  await database.close()
  const [api, rpc, files, admin] = (await freePorts(4)) as [number, number, number, number]
  const env = {
    OS_DATABASE__CONNECTION: url,
    OS_DEFAULT__STATE_PATH: folder,
    OS_API__PORT: String(api),
    OS_JSON_RPC__PORT: String(rpc),
    OS_DEPLOY__HTTP_URL: `http://127.0.0.1:${files}`,
    OS_CONDUCTOR__DEPLOY_KERNEL: `file://${folder}/kernel`,
    OS_CONDUCTOR__DEPLOY_RAMDISK: `file://${folder}/ramdisk`,
    OS_CONDUCTOR__FILE_URL_ALLOWED_PATHS: folder,
    OS_BOOTRING__ADMIN_PORT: String(admin),
    OS_BOOTRING__BOOT_EVENT_CONNECTION: `sqlite:///${join(disk, 'events.sqlite')}`,
    OS_BOOTRING__BOOT_EVENT_QUEUE: '100',
  }
  const serve = new BootringProcess(['serve'], env, launcher)
  let boots = 0
  const boot = async (times: number) => {
    boots += times
    const answers = Array.from({ length: times }, () => fetch(`http://127.0.0.1:${api}/v1/boot/${mac(1)}/boot.ipxe`))
    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('#!ipxe')
    }
  }
  const metric = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text()
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`bootring_boot_event${name} `))
        ?.split(' ')[1],
    )
  }
  try {
    await serve.ready(admin)
    await boot(1)
    await vi.waitFor(async () => expect(await metric('s_recorded_total')).toBe(1), until)

    const seen = `/proc/${serve.pid}/root${disk}`
    expect(() => writeFileSync(join(seen, 'other'), Buffer.alloc(5 * 1024 * 1024))).toThrow(/ENOSPC/)
    await vi.waitFor(async () => {
      await boot(20)
      expect(await metric('s_dropped_total{reason="queue_full"}')).toBeGreaterThan(0)
    }, until)
    expect(await metric('_write_failures_total')).toBeGreaterThan(0)
    expect(await metric('_queue_length')).toBe(100)
    expect(serve.output).toContain('boot events could not be written')

    rmSync(join(seen, 'other'))
    await vi.waitFor(async () => expect(await metric('_queue_length')).toBe(0), until)
    await boot(1)
    await vi.waitFor(async () => {
      const [kept, lost] = [await metric('s_recorded_total'), await metric('s_dropped_total{reason="queue_full"}')]
      expect(kept + lost).toBe(boots)
    }, until)
    // SQLite would look for the file where this process has it.
    for (const name of ['events.sqlite', 'events.sqlite-wal']) copyFileSync(join(seen, name), join(folder, name))
    const store = new SqliteBootEventStore(join(folder, 'events.sqlite'), { creates: true })
    const events = await store.events({}, 1000)
    await store.close()
    expect(events).toHaveLength(await metric('s_recorded_total'))
    expect(await serve.end('SIGTERM')).toMatchObject({ code: 0 })
  } finally {
    await serve.end('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
})
