import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SqliteBootEventStore } from '../../src/db/events/sqlite-boot-event-store.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { BootringProcess, childrenOf } from '../support/bootring-process.ts'
import { fleetNode, mac } from '../support/fleet-node.ts'
import { freePorts } from '../support/free-ports.ts'
import { rawRequest } from '../support/raw-request.ts'

const launcher = fileURLToPath(new URL('../../bin/bootring', import.meta.url))

describe('bootring api with several workers', () => {
  let folder: string
  let conductor: ReturnType<typeof createServer>
  /** How long the conductor takes to answer. */
  let answerMilliseconds: number

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bootring-workers-'))
    answerMilliseconds = 0
    conductor = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      request.on('end', async () => {
        await pause(answerMilliseconds)
        response.end(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(body).id, result: '#!ipxe\n' }))
      })
    }).listen(0, '127.0.0.1')
    await once(conductor, 'listening')
  })

  afterEach(() => {
    conductor.closeAllConnections()
    conductor.close()
    rmSync(folder, { recursive: true, force: true })
  })

  // A terminal's Ctrl-C and systemd signal the workers as well as their parent.
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'has each worker keep its events, and answers what is in flight when all get %s',
    async (signal) => {
      const url = `sqlite:///${join(folder, 'db.sqlite')}`
      const database = await openDatabase(url, { maxPoolSize: 1, poolTimeoutSeconds: 10 })
      await database.upgrade()
      const node = fleetNode({ provisionState: 'wait call-back', ports: [{ address: mac(1), pxeEnabled: true }] })
      await database.fleet.apply([node], { prune: false, dryRun: false })
      const { port } = conductor.address() as AddressInfo
      const offer = { hardwareType: node.driver, interfaceType: 'boot', interfaceName: 'ipxe', isDefault: true }
      await database.conductors.register(`127.0.0.1:${port}`, '', [offer])
      await database.close()
      const [apiPort, adminPort] = (await freePorts(2)) as [number, number]
      const env = {
        ...process.env,
        OS_DATABASE__CONNECTION: url,
        OS_API__HOST_IP: '127.0.0.1',
        OS_API__PORT: String(apiPort),
        OS_API__API_WORKERS: '2',
        OS_BOOTRING__ADMIN_PORT: String(adminPort),
      }
      const api = spawn(launcher, ['api'], { env, detached: true, stdio: 'ignore' })
      const ended = once(api, 'exit')
      try {
        while ((await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined))?.ok !== true)
          await pause(50)
        const workers = childrenOf(Number(api.pid))
        expect(workers).toHaveLength(2)
        for (const worker of workers) {
          // The other one has to answer.
          await halt(worker)
          for (let count = 0; count < 5; count += 1) {
            const address = { host: '127.0.0.1', port: apiPort }
            expect((await rawRequest(address, 'GET', `/v1/boot/${mac(1)}/boot.ipxe`)).body).toBe('#!ipxe\n')
          }
          process.kill(worker, 'SIGCONT')
        }
        const metrics = async () => await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
        while (!/^bootring_boot_events_recorded_total 10$/m.test(await metrics())) await pause(100)

        answerMilliseconds = 800
        const asked = once(conductor, 'request')
        const answer = fetch(`http://127.0.0.1:${apiPort}/v1/boot/${mac(1)}/boot.ipxe`)
        await Promise.race([asked, answer])
        process.kill(-Number(api.pid), signal)
        expect(await (await answer).text()).toBe('#!ipxe\n')
        expect(await ended).toEqual([0, null])
        const store = new SqliteBootEventStore(join(folder, 'db-events.sqlite'), { creates: false })
        const events = await store.events({}, 100)
        await store.close()
        expect(events.map(({ kind, mac, outcome }) => [kind, mac, outcome])).toEqual(
          Array(11).fill(['script', mac(1), 'served']),
        )
        expect(new Set(events.map(({ request_id }) => request_id)).size).toBe(11)
      } finally {
        if (api.exitCode === null && api.signalCode === null) process.kill(-Number(api.pid), 'SIGKILL')
      }
    },
  )

  /** Options of an API with two workers, with an empty database. */
  async function emptyInstallation() {
    const url = `sqlite:///${join(folder, 'db.sqlite')}`
    const database = await openDatabase(url, { maxPoolSize: 1, poolTimeoutSeconds: 10 })
    await database.upgrade()
    await database.close()
    const [apiPort, adminPort] = (await freePorts(2)) as [number, number]
    const env = {
      OS_DATABASE__CONNECTION: url,
      OS_API__HOST_IP: '127.0.0.1',
      OS_API__PORT: String(apiPort),
      OS_API__API_WORKERS: '2',
      OS_BOOTRING__ADMIN_PORT: String(adminPort),
    }
    return { env, apiPort, adminPort }
  }

  it('stops when a worker can not start, however long that takes to show', async () => {
    const { apiPort, env } = await emptyInstallation()
    const holder = createServer().listen(apiPort, '127.0.0.1')
    await once(holder, 'listening')
    try {
      const late = 'if (process.env.NODE_UNIQUE_ID) await new Promise((resolve) => setTimeout(resolve, 1500))'
      const api = new BootringProcess(['api'], {
        ...env,
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURI(late)}`,
      })
      const { code, stderr, stdout } = await api.finished()
      expect(code).toBe(1)
      expect(stdout + stderr).toContain('it ended before it listened')
    } finally {
      holder.close()
    }
  })

  it('replaces a worker that is killed, answers meanwhile, and stops when told to', async () => {
    const { adminPort, apiPort, env } = await emptyInstallation()
    const api = new BootringProcess(['api'], env)
    try {
      // Not ready, as there is no conductor; the admin port is opened once all workers listen.
      while (!(await fetch(`http://127.0.0.1:${adminPort}/healthz`).catch(() => undefined))) await pause(50)
      const workers = () => api.children()
      const [first, second] = workers() as [number, number]
      expect(workers()).toHaveLength(2)
      process.kill(first, 'SIGKILL')
      expect((await fetch(`http://127.0.0.1:${apiPort}/v1/boot/${mac(1)}/boot.ipxe`)).status).toBe(503)
      while (workers().length < 2 || workers().includes(first)) await pause(50)
      expect(workers()).toContain(second)
      // Told to stop while the replacement still starts.
    } finally {
      expect(await api.end('SIGTERM')).toMatchObject({ code: 0 })
    }
  })
})

/** Stops a process, and waits until it has. */
async function halt(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  while (!/\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await pause(5)
}
