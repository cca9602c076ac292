import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { BootringProcess, bootring } from '../../support/bootring-process.ts'
import { describeWith } from '../../support/describe-with.ts'
import { freePorts } from '../../support/free-ports.ts'
import { grubFile, ipxeFile, pxelinuxFile } from '../../support/ironic-boot-files.ts'
import { makeIronicFile } from '../../support/ironic-file.ts'
import { ironicTime } from '../../support/ironic-rows.ts'
import { ironicReleases, missingForSchema } from '../../support/ironic-schema.ts'

/*
 * An API and three conductors, attached, as processes of their own: on tables that a real Ironic has made, rows like
 * those of its conductors, and files as they write them. Every host has an address of loopback, and files of every node.
 */

interface Host {
  /** As registered. */
  name: string
  ip: string
  httpRoot: string
  tftpRoot: string
  conf: string
  process: BootringProcess
  adminPort: number
}

interface Ring {
  conductors: { hostname: string }[]
  nodes: { uuid: string; name: string; owner: string; order: string[] }[]
}

const release = ironicReleases.findLast((candidate) => missingForSchema(candidate) === undefined)
const nodeCount = 9
const uuidOf = (index: number) => `4fd4b1f3-9be9-44e5-8f53-${String(index).padStart(12, '0')}`
const macOf = (index: number) => `52:54:00:7b:00:${index.toString(16).padStart(2, '0')}`
/** Beside nodes by ipxe: what all others boot by, by index. */
const interfaces: Record<number, string> = { 5: 'pxe', 6: 'http', 7: 'redfish-virtual-media', 8: 'ilo-ipxe' }

describeWith(
  release === undefined ? ironicReleases.map(({ source }) => source).join(' or ') : undefined,
  'attached',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-attached-'))
    const hosts: Host[] = []
    let common: string
    let apiPort: number
    let apiAdminPort: number
    let api: BootringProcess
    let rpcPort: number
    let database: DatabaseSync

    const file = (name: string, lines: string[]) => {
      const path = join(folder, name)
      writeFileSync(path, `${lines.join('\n')}\n`)
      return path
    }
    const ask = async (index: number, name = 'boot.ipxe', port = apiPort) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/boot/${macOf(index).replaceAll(':', '-')}/${name}`)
      return { status: response.status, text: await response.text() }
    }
    const ring = async (): Promise<Ring> => {
      const { code, stderr, stdout } = await bootring(['ring', '--attached', '--json', '--config-file', common])
      expect(code, stderr).toBe(0)
      return JSON.parse(stdout)
    }
    const ownerOf = async (index: number): Promise<Host> => {
      const owner = (await ring()).nodes.find(({ uuid }) => uuid === uuidOf(index))?.owner
      const host = hosts.find(({ name }) => name === owner)
      if (!host) throw new Error(`nobody owns node ${index}`)
      return host
    }
    const explain = async (index: number, ...args: string[]) => {
      const result = await bootring(['explain', macOf(index), '--attached', '--json', '--config-file', common, ...args])
      return JSON.parse(result.stdout)
    }

    async function startHost(number: number, name: string, host: string, ironicPort: number): Promise<void> {
      const ip = `127.0.0.${10 + number}`
      const [adminPort] = (await freePorts(1)) as [number]
      const [httpRoot, tftpRoot] = [join(folder, `http-${number}`), join(folder, `tftp-${number}`)]
      for (let index = 0; index < nodeCount; index++) {
        for (const root of [httpRoot, tftpRoot]) mkdirSync(join(root, uuidOf(index)), { recursive: true })
        writeFileSync(join(httpRoot, uuidOf(index), 'config'), ipxeFile(`${name}/${index}`))
        writeFileSync(join(tftpRoot, uuidOf(index), 'config'), grubFile(`${name}/${index}`))
      }
      const conf = file(`conductor-${number}.conf`, [
        '[DEFAULT]',
        `host = ${host}`,
        `my_ip = ${ip}`,
        '[json_rpc]',
        `host_ip = ${ip}`,
        `port = ${ironicPort}`,
        '[deploy]',
        `http_root = ${httpRoot}`,
        '[pxe]',
        `tftp_root = ${tftpRoot}`,
        '[bootring]',
        `conductor_admin_port = ${adminPort}`,
      ])
      const process = startConductor(conf)
      await process.ready(adminPort)
      hosts.push({ name, ip, httpRoot, tftpRoot, conf, process, adminPort })
    }
    const startConductor = (conf: string) =>
      new BootringProcess(['conductor', '--attached', '--config-file', common, '--config-file', conf])

    beforeAll(async () => {
      if (!release) throw new Error('no Ironic')
      const sqlite = join(folder, 'ironic.sqlite')
      const conductors = ['127.0.0.11', '127.0.0.12:8199', 'rack-7']
      const nodes = Array.from({ length: nodeCount }, (_, index) => ({
        uuid: uuidOf(index),
        name: `n${index}`,
        mac: macOf(index),
        bootInterface: interfaces[index],
        provisionState: index === 4 ? 'active' : 'clean wait',
      }))
      database = await makeIronicFile(release, sqlite, conductors, nodes)
      const ports = (await freePorts(3)) as [number, number, number]
      apiPort = ports[0]
      apiAdminPort = ports[1]
      rpcPort = ports[2]
      common = file('ironic.conf', [
        '[DEFAULT]',
        'auth_strategy = noauth',
        'hash_ring_reset_interval = 1',
        '[database]',
        `connection = sqlite:///${sqlite}`,
        '[api]',
        'host_ip = 127.0.0.1',
        'port = 6385',
        'api_workers = 2',
        '[conductor]',
        'heartbeat_timeout = 3600',
        '[bootring]',
        `api_port = ${apiPort}`,
        `admin_port = ${apiAdminPort}`,
        `rpc_port = ${rpcPort}`,
        'rpc_attempt_timeout = 2',
        'conductor_addresses = rack-7=127.0.0.13',
      ])
      await startHost(1, '127.0.0.11', '127.0.0.11', 8089)
      await startHost(2, '127.0.0.12:8199', '127.0.0.12', 8199)
      await startHost(3, 'rack-7', 'rack-7', 8089)
      api = new BootringProcess(['api', '--attached', '--config-file', common])
      await api.ready(apiAdminPort)
    })

    afterAll(async () => {
      for (const process of [api, ...hosts.map((host) => host.process)]) await process?.end('SIGKILL')
      database?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    it("gives each node's file on its owner's disk, though all hosts have one", async () => {
      const { nodes } = await ring()
      expect(new Set(nodes.map(({ owner }) => owner)).size).toBe(3)
      for (let index = 0; index < 4; index++) {
        const { name } = await ownerOf(index)
        expect(await ask(index)).toEqual({ status: 200, text: ipxeFile(`${name}/${index}`) })
      }
    })

    it('asks the same conductors as explain says, by the address of their neighbours', async () => {
      const owner = await ownerOf(0)
      const explanation = await explain(0)
      expect(explanation).toMatchObject({
        outcome: 'served',
        conductor: owner.name,
        script: ipxeFile(`${owner.name}/0`),
        attempts: [{ conductor: owner.name, address: `${owner.ip}:${rpcPort}`, error: null }],
      })
    })

    it("serves what the node's boot interface has, and tells pxelinux from GRUB by the file", async () => {
      const pxe = await ownerOf(5)
      expect(await ask(5, 'grub.cfg')).toEqual({ status: 200, text: grubFile(`${pxe.name}/5`) })
      writeFileSync(join(pxe.tftpRoot, uuidOf(5), 'config'), pxelinuxFile())
      expect(await ask(5, 'pxelinux.cfg')).toEqual({ status: 200, text: pxelinuxFile() })
      const http = await ownerOf(6)
      expect(await ask(6, 'grub.cfg')).toEqual({ status: 200, text: grubFile(`${http.name}/6`) })
      const vendor = await ownerOf(8)
      expect(await ask(8)).toEqual({ status: 200, text: ipxeFile(`${vendor.name}/8`) })

      const generic = await ask(99)
      expect(generic.status).toBe(404)
      for (const [index, name, code] of [
        [5, 'grub.cfg', 'UnknownBootFile'],
        [5, 'boot.ipxe', 'UnknownBootFile'],
        [0, 'grub.cfg', 'UnknownBootFile'],
        [7, 'boot.ipxe', 'UnsupportedDriverExtension'],
        [4, 'boot.ipxe', 'StateForbidsBoot'],
      ] as const) {
        expect(await ask(index, name), `${index} ${name}`).toEqual(generic)
        expect((await explain(index, name)).code, `${index} ${name}`).toBe(code)
      }
    })

    it('serves nothing that is half written, and nothing that Ironic has removed', async () => {
      const { httpRoot, name } = await ownerOf(1)
      const path = join(httpRoot, uuidOf(1), 'config')
      writeFileSync(path, ipxeFile('anew').slice(0, 400))
      const asking = ask(1)
      await pause(300)
      writeFileSync(path, ipxeFile('anew'))
      expect(await asking).toEqual({ status: 200, text: ipxeFile('anew') })
      writeFileSync(path, ipxeFile('anew').slice(0, 400))
      expect((await ask(1)).status).toBe(404)
      expect(await explain(1)).toMatchObject({
        code: 'BootConfigUnavailable',
        reason: expect.stringMatching(/config is not whole: .*does not end/),
      })
      rmSync(join(httpRoot, uuidOf(1)), { recursive: true })
      expect((await ask(1)).status).toBe(404)
      expect((await explain(1)).reason).toContain('has written no boot.ipxe')
      mkdirSync(join(httpRoot, uuidOf(1)))
      writeFileSync(path, ipxeFile(`${name}/1`))
    })

    it('is no Ironic API: nothing but /v1/boot, with no versions to find', async () => {
      const get = (path: string) => fetch(`http://127.0.0.1:${apiPort}${path}`)
      expect(await (await get('/')).json()).toMatchObject({ name: 'bootring', versions: [] })
      for (const path of ['/v1', '/v1/', '/v1/nodes']) expect((await get(path)).status).toBe(404)
    })

    it('does not serve a former owner’s file when the owner is gone', async () => {
      const owner = await ownerOf(2)
      await owner.process.end('SIGKILL')
      try {
        expect((await ask(2)).status).toBe(404)
        const explanation = await explain(2)
        expect(explanation).toMatchObject({ code: 'ConductorUnreachable', attempts: [{ conductor: owner.name }] })
        expect(explanation.attempts).toHaveLength(1)
        // Told to go on, the API asks the others too; they know that the node is not theirs.
        const replicating = file('replicate.conf', ['[bootring]', 'replicate = True'])
        const further = await explain(2, '--config-file', replicating)
        expect(further).toMatchObject({ outcome: 'refused', code: 'BootConfigUnavailable' })
        expect(further.attempts).toHaveLength(3)
        expect(further.attempts[1].error).toContain(`its owner is ${owner.name}`)
      } finally {
        owner.process = startConductor(owner.conf)
        await owner.process.ready(owner.adminPort)
      }
    })

    it('follows the ring when the owner leaves it, though not to its files', async () => {
      const owner = await ownerOf(3)
      database.prepare('UPDATE conductors SET online = 0 WHERE hostname = ?').run(owner.name)
      try {
        const next = await ownerOf(3)
        expect(next.name).not.toBe(owner.name)
        // The rings are kept for a second.
        for (let tries = 0; tries < 50 && (await ask(3)).text !== ipxeFile(`${next.name}/3`); tries++) await pause(100)
        expect(await ask(3)).toEqual({ status: 200, text: ipxeFile(`${next.name}/3`) })
      } finally {
        database.prepare('UPDATE conductors SET online = 1 WHERE hostname = ?').run(owner.name)
      }
    })

    it('is not ready on a host whose conductor is not registered, or without folders, and says what it looked for', async () => {
      const [adminPort] = (await freePorts(1)) as [number]
      const root = join(folder, 'not-yet')
      const conf = file('stranger.conf', [
        '[DEFAULT]',
        'host = stranger',
        '[json_rpc]',
        'host_ip = 127.0.0.19',
        'port = 8099',
        '[deploy]',
        `http_root = ${root}`,
        '[pxe]',
        `tftp_root = ${root}`,
        '[bootring]',
        `conductor_admin_port = ${adminPort}`,
      ])
      const stranger = startConductor(conf)
      onTestFinished(async () => void (await stranger.end('SIGKILL')))
      let ready: Response | undefined
      while (ready === undefined) {
        await pause(50)
        ready = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined)
      }
      expect(ready.status).toBe(503)
      const { failing } = (await ready.json()) as { failing: { name: string; detail: string }[] }
      expect(failing).toEqual([
        {
          name: 'registration',
          ok: false,
          detail: expect.stringMatching(/stranger:8099 or stranger .*127\.0\.0\.11, 127\.0\.0\.12:8199, rack-7/),
        },
        {
          name: 'folders',
          ok: false,
          detail: `[deploy]http_root ${root} is not there (ENOENT), and [pxe]tftp_root ${root} is not there (ENOENT)`,
        },
      ])
      mkdirSync(root)
      // Lines are written a moment later.
      for (let tries = 0; tries < 100 && !stranger.output.includes('serving nothing until'); tries++) await pause(50)
      expect(stranger.output).toContain('serving nothing until')
      database
        .prepare(
          "INSERT INTO conductors (id, hostname, online, conductor_group, updated_at) VALUES (9, 'stranger:8099', 1, '', ?)",
        )
        .run(ironicTime(Date.now(), true))
      await stranger.ready(adminPort)
      database.prepare('DELETE FROM conductors WHERE id = 9').run()
    })

    it('refuses options with which a conductor has nothing to do, or knows no callers', async () => {
      const none = file('no-port.conf', ['[bootring]', 'rpc_port = 0'])
      const idle = await bootring(['conductor', '--attached', '--config-file', common, '--config-file', none])
      expect(idle).toMatchObject({ code: 1, stderr: expect.stringContaining('[bootring]rpc_port = 0') })
      const keystone = file('keystone.conf', ['[json_rpc]', 'auth_strategy = keystone'])
      for (const command of ['conductor', 'api']) {
        const refused = await bootring([command, '--attached', '--config-file', common, '--config-file', keystone])
        expect(refused).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('in a file that only bootring reads'),
        })
      }
    })

    it("asks Ironic's own conductors where it is told to, and says that they do not know the method", async () => {
      const asked: { method: string; params: Record<string, unknown> }[] = []
      const ironic = createServer((request, response) => {
        let body = ''
        request.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        request.on('end', () => {
          const { id, method, params } = JSON.parse(body)
          asked.push({ method, params })
          const error = { code: -32601, message: `Method ${method} was not found` }
          response.setHeader('Content-Type', 'application/json')
          response.end(JSON.stringify({ jsonrpc: '2.0', id, error }))
        })
      })
      await new Promise<void>((resolve) => ironic.listen(0, resolve))
      onTestFinished(() => void ironic.close())
      const { port } = ironic.address() as AddressInfo
      const direct = file('direct.conf', ['[json_rpc]', `port = ${port}`, '[bootring]', 'rpc_port = 0'])
      // One whose owner's name has no port of its own.
      const { nodes } = await ring()
      const index = [0, 1, 2, 3, 8].find(
        (at) => !nodes.find(({ uuid }) => uuid === uuidOf(at))?.owner.endsWith(':8199'),
      )
      if (index === undefined) throw new Error('no such node')
      const explanation = await explain(index, '--config-file', direct)
      expect(asked).toMatchObject([
        { method: 'get_boot_config', params: { node_id: uuidOf(index), name: 'boot.ipxe' } },
      ])
      expect(explanation).toMatchObject({
        outcome: 'refused',
        code: 'UnsupportedCall',
        reason: expect.stringMatching(/Ironic conductor that does not know it yet .*\[bootring\]rpc_port/),
        attempts: [{ address: expect.stringMatching(new RegExp(`:${port}$`)) }],
      })
    })
  },
)
