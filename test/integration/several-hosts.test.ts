import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import bcrypt from 'bcryptjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BootringProcess, bootring } from '../support/bootring-process.ts'
import { eachDatabase } from '../support/databases.ts'
import { freePorts } from '../support/free-ports.ts'
import { type SelfSignedCertificate, selfSignedCertificate } from '../support/self-signed-certificate.ts'

/*
 * Two API processes (one of them with two workers) and three conductor processes on one real database, with RPC over
 * TLS and HTTP basic authentication: what an installation of several hosts is, on one machine.
 */

interface Host {
  hostname: string
  httpUrl: string
  httpRoot: string
  process: BootringProcess
  adminPort: number
}

interface Ring {
  conductors: { hostname: string; alive: boolean; nodes: number }[]
  nodes: { uuid: string; name: string; ring: string; owner: string; order: string[] }[]
}

const nodeCount = 12
const mac = (index: number) => `52:54:00:7a:00:${index.toString(16).padStart(2, '0')}`

eachDatabase(
  (engine) => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-hosts-'))
    const conductors: Host[] = []
    const apis: { port: number; adminPort: number; process: BootringProcess }[] = []
    let common = ''
    let certificate: SelfSignedCertificate | undefined

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
    const script = async (port: number, index: number) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/boot/${mac(index).replaceAll(':', '-')}/boot.ipxe`)
      return { status: response.status, text: await response.text() }
    }

    async function startConductor(number: number): Promise<Host> {
      const [rpcPort, httpPort, adminPort] = (await freePorts(3)) as [number, number, number]
      const httpRoot = join(folder, `http-${number}`)
      mkdirSync(httpRoot, { recursive: true })
      const httpUrl = `http://127.0.0.1:${httpPort}`
      const own = file(`conductor-${number}.conf`, [
        '[DEFAULT]',
        'host = localhost',
        '[json_rpc]',
        `port = ${rpcPort}`,
        '[deploy]',
        `http_url = ${httpUrl}`,
        `http_root = ${httpRoot}`,
        '[bootring]',
        `conductor_admin_port = ${adminPort}`,
      ])
      const child = new BootringProcess(['conductor', '--config-file', common, '--config-file', own])
      await child.ready(adminPort)
      return { hostname: `localhost:${rpcPort}`, httpUrl, httpRoot, process: child, adminPort }
    }

    beforeAll(async () => {
      certificate = selfSignedCertificate()
      const password = 'correct horse'
      const users = file('htpasswd', [`caller:${bcrypt.hashSync(password, 4)}`])
      const [kernel, ramdisk] = [file('kernel', ['kernel']), file('ramdisk', ['ramdisk'])]
      common = file('common.conf', [
        '[DEFAULT]',
        'my_ip = 127.0.0.1',
        'hash_ring_reset_interval = 1',
        '[bootring]',
        // A late owner on a busy machine: it is the owner that these tests name.
        'rpc_hedge_share = 0',
        '[database]',
        `connection = ${await engine.emptyUrl()}`,
        '[api]',
        'host_ip = 127.0.0.1',
        '[json_rpc]',
        'host_ip = 127.0.0.1',
        'auth_strategy = http_basic',
        `http_basic_auth_user_file = ${users}`,
        'username = caller',
        `password = ${password}`,
        'use_ssl = True',
        `cert_file = ${certificate.certFile}`,
        `key_file = ${certificate.keyFile}`,
        `cafile = ${certificate.certFile}`,
        '[conductor]',
        'heartbeat_interval = 1',
        'heartbeat_timeout = 10',
        `deploy_kernel = file://${kernel}`,
        `deploy_ramdisk = file://${ramdisk}`,
        `file_url_allowed_paths = ${folder}`,
      ])
      await Promise.all([run('db', 'upgrade'), run('db', 'upgrade')])
      const fleet = {
        nodes: Array.from({ length: nodeCount }, (_, index) => ({
          name: `n${index}`,
          driver: 'fake-hardware',
          boot_interface: 'ipxe',
          deploy_interface: 'direct',
          provision_state: index === nodeCount - 1 ? 'active' : 'wait call-back',
          ports: [{ address: mac(index) }],
        })),
      }
      await run('apply', file('fleet.json', [JSON.stringify(fleet)]))
      for (const number of [1, 2, 3]) conductors.push(await startConductor(number))
      for (const workers of [1, 2]) {
        const [port, adminPort] = (await freePorts(2)) as [number, number]
        const own = file(`api-${workers}.conf`, [
          '[api]',
          `port = ${port}`,
          `api_workers = ${workers}`,
          '[bootring]',
          `admin_port = ${adminPort}`,
        ])
        const child = new BootringProcess(['api', '--config-file', common, '--config-file', own])
        await child.ready(adminPort)
        apis.push({ port, adminPort, process: child })
      }
    })

    afterAll(async () => {
      const ended = await Promise.all([...apis, ...conductors].map((host) => host.process.end('SIGTERM')))
      certificate?.remove()
      rmSync(folder, { recursive: true, force: true })
      expect(ended.map(({ code }) => code).filter((code) => code !== 0 && code !== null)).toEqual([])
    })

    /** A worker may still be starting when its primary is ready. */
    const listening = (port: number) =>
      expect
        .poll(
          () =>
            script(port, 0)
              .then(({ status }) => status)
              .catch(() => 0),
          { timeout: 30_000 },
        )
        .toBe(200)

    it("serves every node its owner's script through both APIs", async () => {
      const { nodes } = await ring()
      expect(nodes).toHaveLength(nodeCount)
      for (const { port } of apis) {
        await listening(port)
        for (const node of nodes) {
          const index = Number(node.name.slice(1))
          if (index === nodeCount - 1) {
            expect(await script(port, index)).toEqual({ status: 404, text: 'Not Found\n' })
            continue
          }
          const owner = conductors.find(({ hostname }) => hostname === node.owner)
          const itsOwn = expect.stringContaining(`${owner?.httpUrl}/${node.uuid}/deploy_kernel`)
          // One that took too long is asked last for a while.
          await expect.poll(() => script(port, index), { timeout: 30_000 }).toMatchObject({ status: 200, text: itsOwn })
        }
      }
    })

    it("keeps each node's boot files on its owner's disk only, and serves them", async () => {
      const { nodes } = await ring()
      for (const node of nodes.slice(0, -1)) {
        const holders = () =>
          conductors.filter(({ httpRoot }) => {
            try {
              return readFileSync(join(httpRoot, node.uuid, 'config'), 'utf8').startsWith('#!ipxe')
            } catch {
              return false
            }
          })
        await expect.poll(() => holders().map(({ hostname }) => hostname), { timeout: 20_000 }).toEqual([node.owner])
        const [holder] = holders()
        const kernel = await fetch(`${holder?.httpUrl}/${node.uuid}/deploy_kernel`)
        expect(await kernel.text()).toBe('kernel\n')
      }
    })

    it('explains a refusal, and says which conductor answered otherwise', async () => {
      const refused = await bootring(['explain', mac(nodeCount - 1), '--json', '--config-file', common])
      expect(refused.code).toBe(1)
      expect(JSON.parse(refused.stdout)).toMatchObject({
        outcome: 'refused',
        code: 'StateForbidsBoot',
        node: { provision_state: 'active', may_boot: false },
        ring: { conductors: [{ alive: true }, { alive: true }, { alive: true }] },
      })
      const { nodes } = await ring()
      const owner = nodes.find(({ name }) => name === 'n0')?.owner
      const served = { outcome: 'served', conductor: owner, ring: { owner }, script: expect.stringMatching(/^#!ipxe/) }
      await expect
        .poll(async () => JSON.parse(await run('explain', mac(0), '--json')), { timeout: 30_000 })
        .toMatchObject(served)
    })

    it('loses no boot when a conductor is killed, and gives its nodes to the others', async () => {
      const before = await ring()
      const victim = conductors.find(({ hostname }) => before.nodes.some(({ owner }) => owner === hostname)) as Host
      const orphans = before.nodes.filter(
        ({ owner, name }) => owner === victim.hostname && name !== `n${nodeCount - 1}`,
      )
      await victim.process.end('SIGKILL')
      for (const { port } of apis) {
        for (const { name, order, uuid } of orphans) {
          const { status, text } = await script(port, Number(name.slice(1)))
          expect(status).toBe(200)
          const standIn = conductors.find(({ hostname }) => hostname === order[1])
          expect(text).toContain(`${standIn?.httpUrl}/${uuid}/deploy_kernel`)
          const kernel = await fetch(`${standIn?.httpUrl}/${uuid}/deploy_kernel`)
          expect(await kernel.text()).toBe('kernel\n')
        }
      }
      await expect
        .poll(async () => (await ring()).nodes.map(({ owner }) => owner), { timeout: 60_000, interval: 500 })
        .not.toContain(victim.hostname)
      conductors.splice(conductors.indexOf(victim), 1)
    })

    it('takes a conductor that is told to stop off the ring at once', async () => {
      const leaver = conductors[0] as Host
      await leaver.process.end('SIGTERM')
      const { conductors: known, nodes } = await ring()
      expect(known.find(({ hostname }) => hostname === leaver.hostname)).toMatchObject({ alive: false, nodes: 0 })
      expect(new Set(nodes.map(({ owner }) => owner)).size).toBe(1)
      conductors.shift()
      await pause(1_100)
      for (const { port } of apis) expect((await script(port, 0)).status).toBe(200)
    })

    it("tells Prometheus of all workers' requests", async () => {
      for (const { adminPort } of apis) {
        const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
        expect(metrics).toMatch(/^bootring_boot_requests_total\{outcome="served",reason="none"\} [1-9]/m)
        expect(metrics).toMatch(/^bootring_conductors_alive [12]/m)
      }
    })
  },
  ['postgresql', 'mariadb'],
)
