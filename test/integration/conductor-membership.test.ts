import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BootringProcess, bootring } from '../support/bootring-process.ts'
import { eachDatabase } from '../support/databases.ts'
import { freePorts } from '../support/free-ports.ts'

/*
 * Conductors as processes on one real database: stopped and continued by signals, replaced under their own names,
 * drained.
 */

interface Host {
  hostname: string
  httpUrl: string
  httpRoot: string
  process: BootringProcess
  configFiles: string[]
}

interface Ring {
  conductors: { hostname: string; alive: boolean; draining: boolean; nodes: number }[]
  nodes: { uuid: string; owner: string | null; order: string[] }[]
}

const nodeCount = 24
/** So that a download of it takes as long as the client wants. */
const ramdiskBytes = 32 * 1024 * 1024

eachDatabase(
  (engine) => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-members-'))
    const processes: BootringProcess[] = []
    let common = ''

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
    const ring = async (): Promise<Ring> => JSON.parse(await run('ring', '--json'))
    const filesOf = ({ httpRoot }: Host, { nodes }: Ring) =>
      nodes.filter(({ uuid }) => existsSync(join(httpRoot, uuid, 'config'))).map(({ uuid }) => uuid)
    const ownedBy = ({ hostname }: Host, { nodes }: Ring) =>
      nodes.filter(({ owner }) => owner === hostname).map(({ uuid }) => uuid)
    const inLine = async (...hosts: Host[]) => {
      const now = await ring()
      for (const host of hosts) {
        await expect.poll(() => filesOf(host, now), { timeout: 60_000 }).toEqual(ownedBy(host, now))
      }
      return now
    }

    async function start(name: string, hostName?: string, further: string[] = []): Promise<Host> {
      const [rpcPort, httpPort, adminPort] = (await freePorts(3)) as [number, number, number]
      const httpRoot = join(folder, name)
      mkdirSync(httpRoot, { recursive: true })
      const httpUrl = `http://127.0.0.1:${httpPort}`
      const hostname = hostName ?? `127.0.0.1:${rpcPort}`
      const own = file(`${name}.conf`, [
        '[DEFAULT]',
        `host = ${hostname}`,
        '[json_rpc]',
        `port = ${rpcPort}`,
        '[deploy]',
        `http_url = ${httpUrl}`,
        `http_root = ${httpRoot}`,
        '[bootring]',
        `conductor_admin_port = ${adminPort}`,
        ...further,
      ])
      const configFiles = ['--config-file', common, '--config-file', own]
      const child = new BootringProcess(['conductor', ...configFiles])
      processes.push(child)
      await child.ready(adminPort)
      return { hostname, httpUrl, httpRoot, process: child, configFiles }
    }

    beforeAll(async () => {
      const kernel = file('kernel', ['kernel'])
      writeFileSync(join(folder, 'ramdisk'), Buffer.alloc(ramdiskBytes, 'r'))
      common = file('common.conf', [
        '[DEFAULT]',
        'my_ip = 127.0.0.1',
        'hash_ring_reset_interval = 1',
        '[database]',
        `connection = ${await engine.emptyUrl()}`,
        '[json_rpc]',
        'host_ip = 127.0.0.1',
        'auth_strategy = noauth',
        '[conductor]',
        'heartbeat_interval = 1',
        'heartbeat_timeout = 6',
        `deploy_kernel = file://${kernel}`,
        `deploy_ramdisk = file://${join(folder, 'ramdisk')}`,
        `file_url_allowed_paths = ${folder}`,
      ])
      await run('db', 'upgrade')
      const fleet = {
        nodes: Array.from({ length: nodeCount }, (_, index) => ({
          name: `n${index}`,
          driver: 'fake-hardware',
          boot_interface: 'ipxe',
          provision_state: 'wait call-back',
          ports: [{ address: `52:54:00:7b:00:${index.toString(16).padStart(2, '0')}` }],
        })),
      }
      await run('apply', file('fleet.json', [JSON.stringify(fleet)]))
    })

    afterAll(async () => {
      await Promise.all(processes.map((child) => child.end('SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    })

    it('one that was stopped for longer than the time-out is replaced, finds out, and comes back', async () => {
      const [one, two] = [await start('one'), await start('two')]
      const before = await inLine(one, two)
      expect(ownedBy(one, before).length).toBeGreaterThan(0)
      one.process.signal('SIGSTOP')
      await expect
        .poll(async () => (await ring()).conductors.find(({ hostname }) => hostname === one.hostname), {
          timeout: 60_000,
          interval: 500,
        })
        .toMatchObject({ alive: false })
      const during = await inLine(two)
      expect(ownedBy(two, during)).toHaveLength(nodeCount)
      await expect
        .poll(() => two.process.output, { timeout: 60_000 })
        .toContain('took a conductor off that has not been heard from')
      one.process.signal('SIGCONT')
      await expect.poll(async () => (await ring()).nodes, { timeout: 60_000, interval: 500 }).toEqual(before.nodes)
      expect(one.process.output).toContain('registering again')
      await inLine(one, two)
    })

    it('two processes of one name: the older one ends, says why, and takes nothing along', async () => {
      const name = '127.0.0.1:18089'
      const old = await start('old', name)
      const young = await start('young', name)
      const { code, stderr, stdout } = await old.process.finished()
      expect(code).toBe(3)
      expect(stderr + stdout).toContain('another process has')
      expect(stderr).toContain('Run one conductor only of each name')
      await inLine(young)
      expect((await ring()).conductors.find(({ hostname }) => hostname === name)).toMatchObject({ alive: true })
      await young.process.end('SIGTERM')
    })

    it('drains: others prepare its nodes, it goes on answering, and nobody notices its end', async () => {
      const leaver = await start('leaver')
      const before = await inLine(leaver)
      const [node] = ownedBy(leaver, before)
      expect(node).toBeDefined()
      const bare = await bootring(['conductor', '--config-file', common, 'drain', 'nobody'])
      expect(bare).toMatchObject({ code: 1, stderr: expect.stringContaining(leaver.hostname) })

      const drained = await bootring(['conductor', 'drain', '--json', ...leaver.configFiles])
      expect(drained.code, drained.stderr).toBe(0)
      expect(JSON.parse(drained.stdout)).toMatchObject({
        conductor: leaver.hostname,
        outcome: 'drained',
        handed_over: ownedBy(leaver, before).length,
        left: 0,
      })
      const after = await ring()
      expect(after.conductors.find(({ hostname }) => hostname === leaver.hostname)).toMatchObject({
        alive: true,
        draining: true,
        nodes: 0,
      })
      // Those that stayed keep what they had.
      for (const { uuid, owner } of before.nodes) {
        if (owner !== leaver.hostname) expect(after.nodes.find((one) => one.uuid === uuid)?.owner).toBe(owner)
      }
      // Its files are there for machines that were sent to it before.
      expect(filesOf(leaver, before)).toEqual(ownedBy(leaver, before))

      const download = slowDownload(`${leaver.httpUrl}/${node}/deploy_ramdisk`)
      await download.begun
      const ended = leaver.process.end('SIGTERM')
      await expect
        .poll(async () => (await ring()).conductors.find(({ hostname }) => hostname === leaver.hostname)?.alive, {
          timeout: 30_000,
        })
        .toBe(false)
      // The machine comes back for the next file.
      expect(await (await fetch(`${leaver.httpUrl}/${node}/deploy_kernel`)).text()).toBe('kernel\n')
      expect(await download.finish()).toBe(ramdiskBytes)
      expect((await ended).code).toBe(0)
    })

    it('does not say that it is drained while nobody has its nodes; a drain is taken back', async () => {
      const node = {
        name: 'alone',
        driver: 'fake-hardware',
        conductor_group: 'remote',
        provision_state: 'wait call-back',
      }
      await run('apply', file('remote.json', [JSON.stringify({ nodes: [node] })]))
      const one = await start('remote', undefined, ['[conductor]', 'conductor_group = remote'])
      await inLine(one)
      // Nobody else is there for its group: it can't hand over.
      const inVain = await bootring(['conductor', 'drain', '--config-file', common, '--timeout', '2', one.hostname])
      expect(inVain).toMatchObject({ code: 1, stdout: expect.stringContaining('still has 1 node after 2 s') })
      const waiting = bootring(['conductor', 'drain', one.hostname, '--config-file', common, '--timeout', '120'])
      await expect
        .poll(async () => (await ring()).conductors.find(({ hostname }) => hostname === one.hostname)?.draining, {
          timeout: 30_000,
        })
        .toBe(true)
      const cancelled = await run('conductor', 'drain', one.hostname, '--cancel')
      expect(cancelled).toBe(`${one.hostname} keeps its nodes.\n`)
      expect(await waiting).toMatchObject({ code: 1, stdout: expect.stringContaining('drains no longer') })
    })
  },
  ['postgresql'],
)

/** A download of which the first bytes are taken now, and the rest when it is told to finish. */
function slowDownload(url: string) {
  const begun = Promise.withResolvers<void>()
  const finished = Promise.withResolvers<number>()
  let go: () => void = () => undefined
  request(url, { agent: false }, (response) => {
    let bytes = 0
    response.once('readable', () => {
      bytes += (response.read() as Buffer).length
      go = () => response.on('data', (chunk: Buffer) => (bytes += chunk.length))
      begun.resolve()
    })
    response.on('end', () => finished.resolve(bytes))
    response.on('error', finished.reject)
  })
    .on('error', begun.reject)
    .end()
  return {
    begun: begun.promise,
    finish: () => {
      go()
      return finished.promise
    },
  }
}
