import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BootringProcess, bootring } from '../support/bootring-process.ts'
import { eachDatabase } from '../support/databases.ts'
import { freePorts } from '../support/free-ports.ts'
import { type SilenceableProxy, startSilenceableProxy } from '../support/silenceable-proxy.ts'

/*
 * One API process and two conductor processes on one real database, which is stopped, restarted and silenced while all
 * machines ask all the time.
 */

interface Answer {
  index: number
  status: number
  text: string
  retryAfter: string | null
}

const nodeCount = 8
/** The last one is registered, and may not boot; the address after it has no port at all. */
const busy = nodeCount - 1
const mac = (index: number) => `52:54:00:7b:00:${index.toString(16).padStart(2, '0')}`

eachDatabase(
  (engine) => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-outage-'))
    const processes: BootringProcess[] = []
    let proxy: SilenceableProxy
    let common = ''
    let port = 0
    let adminPort = 0

    const file = (name: string, lines: string[]) => {
      const path = join(folder, name)
      writeFileSync(path, `${lines.join('\n')}\n`)
      return path
    }
    const run = async (...args: string[]) => {
      const result = await bootring([...args, '--config-file', common])
      expect(result.code, result.stderr).toBe(0)
      return result.stdout
    }
    const start = async (command: string, readyPort: number, own: string) => {
      const child = new BootringProcess([command, '--config-file', common, '--config-file', own])
      processes.push(child)
      await child.ready(readyPort)
    }
    const ask = async (index: number): Promise<Answer> => {
      const address = mac(index).replaceAll(':', '-')
      const response = await fetch(`http://127.0.0.1:${port}/v1/boot/${address}/boot.ipxe`)
      const { headers, status } = response
      return { index, status, text: await response.text(), retryAfter: headers.get('Retry-After') }
    }
    const askAll = () => Promise.all(Array.from({ length: nodeCount + 1 }, (_, index) => ask(index)))
    const right = (index: number) => (index < busy ? 200 : 404)

    beforeAll(async () => {
      const url = await engine.emptyUrl()
      const databasePort = Number(/:(\d+)\//.exec(url)?.[1])
      proxy = await startSilenceableProxy(databasePort)
      const [kernel, ramdisk] = [file('kernel', ['kernel']), file('ramdisk', ['ramdisk'])]
      common = file('common.conf', [
        '[DEFAULT]',
        'my_ip = 127.0.0.1',
        'hash_ring_reset_interval = 1',
        '[database]',
        `connection = ${url.replace(`:${databasePort}/`, `:${proxy.port}/`)}`,
        // No heartbeat that was sent before the trouble is waited for any longer.
        'pool_timeout = 5',
        '[api]',
        'host_ip = 127.0.0.1',
        '[json_rpc]',
        'host_ip = 127.0.0.1',
        '[conductor]',
        'heartbeat_interval = 1',
        'heartbeat_timeout = 60',
        `deploy_kernel = file://${kernel}`,
        `deploy_ramdisk = file://${ramdisk}`,
        `file_url_allowed_paths = ${folder}`,
      ])
      await run('db', 'upgrade')
      const nodes = Array.from({ length: nodeCount }, (_, index) => ({
        name: `n${index}`,
        driver: 'fake-hardware',
        boot_interface: 'ipxe',
        deploy_interface: 'direct',
        provision_state: index === busy ? 'active' : 'wait call-back',
        ports: [{ address: mac(index) }],
      }))
      await run('apply', file('fleet.json', [JSON.stringify({ nodes })]))
      for (const number of [1, 2]) {
        const [rpcPort, httpPort, readyPort] = (await freePorts(3)) as [number, number, number]
        const httpRoot = join(folder, `http-${number}`)
        mkdirSync(httpRoot)
        const own = file(`conductor-${number}.conf`, [
          '[DEFAULT]',
          'host = localhost',
          '[json_rpc]',
          `port = ${rpcPort}`,
          '[deploy]',
          `http_url = http://127.0.0.1:${httpPort}`,
          `http_root = ${httpRoot}`,
          '[bootring]',
          `conductor_admin_port = ${readyPort}`,
        ])
        await start('conductor', readyPort, own)
      }
      const [apiPort, readyPort] = (await freePorts(2)) as [number, number]
      port = apiPort
      adminPort = readyPort
      const own = file('api.conf', ['[api]', `port = ${port}`, '[bootring]', `admin_port = ${adminPort}`])
      await start('api', adminPort, own)
    })

    afterAll(async () => {
      const ended = await Promise.all(processes.map((each) => each.end('SIGTERM')))
      await proxy[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
      expect(ended.map(({ code }) => code)).toEqual([0, 0, 0])
    })

    /** All machines ask all the time while `trouble` lasts; what they were answered, in rounds. */
    async function duringTrouble(trouble: () => Promise<void>): Promise<Answer[][]> {
      const rounds: Promise<Answer[]>[] = []
      let over = false
      const machines = (async () => {
        while (!over) {
          rounds.push(askAll())
          await pause(100)
        }
      })()
      await trouble()
      over = true
      await machines
      return await Promise.all(rounds)
    }

    /** The machine's own script, or to come back; for those that may not boot their 404, or to come back. */
    function checkAnswers(rounds: Answer[][], scripts: Map<number, Set<string>>): void {
      for (const { index, retryAfter, status, text } of rounds.flat()) {
        if (status === 503) {
          expect(text).toBe('Service Unavailable\n')
          expect(Number(retryAfter)).toBeGreaterThan(0)
          continue
        }
        expect([index, status]).toEqual([index, right(index)])
        if (status === 200) expect(scripts.get(index)).toContain(text)
      }
    }

    /** Each machine's scripts: either conductor's. */
    async function rightScripts(): Promise<Map<number, Set<string>>> {
      const answers = (await askAll()).filter(({ index }) => index < busy)
      const urls = new Set(
        answers.map(({ text }) => /http:\/\/127\.0\.0\.1:\d+(?=\/[0-9a-f-]{36}\/)/.exec(text)?.[0] ?? ''),
      )
      return new Map(
        answers.map(({ index, text }) => [
          index,
          new Set([...urls].map((url) => text.replaceAll(/http:\/\/127\.0\.0\.1:\d+(?=\/[0-9a-f-]{36}\/)/g, url))),
        ]),
      )
    }

    async function allIsWell(): Promise<void> {
      await expect
        .poll(async () => (await askAll()).map(({ status }) => status), { timeout: 30_000 })
        .toEqual(Array.from({ length: nodeCount + 1 }, (_, index) => right(index)))
      expect(processes.map((each) => each.running)).toEqual([true, true, true])
      // Heartbeats go on: they are the only thing that makes both young.
      const ages = async () => {
        const { ring } = JSON.parse((await bootring(['explain', mac(0), '--json', '--config-file', common])).stdout)
        return ring.conductors.filter(
          ({ alive, seconds_since_heartbeat: age }: { alive: boolean; seconds_since_heartbeat: number }) =>
            alive && age < 5,
        ).length
      }
      await expect.poll(ages, { timeout: 60_000, interval: 500 }).toBe(2)
      const ready = await fetch(`http://127.0.0.1:${adminPort}/readyz`)
      expect(ready.status).toBe(200)
    }

    it('answers every machine with its script, and the others 404, while all is well', async () => {
      await allIsWell()
      const scripts = await rightScripts()
      expect([...scripts.values()].map(({ size }) => size)).toEqual(Array(busy).fill(2))
    })

    it('makes all machines wait while the database is stopped, and loses none of them', async () => {
      const scripts = await rightScripts()
      const rounds = await duringTrouble(async () => {
        await engine.server().pause()
        await pause(5_000)
        await engine.server().start()
      })
      checkAnswers(rounds, scripts)
      // Those that nobody knows, and those that may not boot, hear the same.
      const down = rounds.filter((answers) => answers.every(({ status }) => status === 503))
      expect(down.length).toBeGreaterThan(20)
      await allIsWell()
    })

    it('refuses no machine that may boot while the database is restarted again and again', async () => {
      const scripts = await rightScripts()
      const rounds = await duringTrouble(async () => {
        for (let round = 0; round < 4; round += 1) {
          await engine.server().restart()
          await pause(500)
        }
      })
      checkAnswers(rounds, scripts)
      await allIsWell()
    })

    it('makes all machines wait while the database says nothing at all', async () => {
      const scripts = await rightScripts()
      const rounds = await duringTrouble(async () => {
        proxy.silent = true
        await pause(6_000)
        proxy.silent = false
      })
      checkAnswers(rounds, scripts)
      expect(rounds.filter((answers) => answers.every(({ status }) => status === 503)).length).toBeGreaterThan(10)
      await allIsWell()
    })

    it('goes on when the connections that it has lead to a host that is gone', async () => {
      const scripts = await rightScripts()
      const rounds = await duringTrouble(async () => {
        proxy.silenceOpenConnections()
        await pause(4_000)
      })
      checkAnswers(rounds, scripts)
      await allIsWell()
    })

    it('ends an API that is told to while the database says nothing', async () => {
      proxy.silent = true
      expect((await ask(0)).status).toBe(503)
      // This one is making a connection.
      const probe = ask(0)
      await pause(200)
      const { code, stderr } = await (processes[2] as BootringProcess).end('SIGTERM')
      expect(code, stderr).toBe(0)
      expect((await probe).status).toBe(503)
      proxy.silent = false
    })
  },
  ['postgresql', 'mariadb'],
)
