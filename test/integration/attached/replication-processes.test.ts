import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BootringProcess, bootring } from '../../support/bootring-process.ts'
import { describeWith } from '../../support/describe-with.ts'
import { freePorts } from '../../support/free-ports.ts'
import { ipxeFile } from '../../support/ironic-boot-files.ts'
import { makeIronicFile } from '../../support/ironic-file.ts'
import { ironicTime } from '../../support/ironic-rows.ts'
import { ironicReleases, missingForSchema } from '../../support/ironic-schema.ts'

/*
 * An API and three conductors, attached, as processes of their own with nothing but their configuration: who copies what
 * from whom, and what machines get when one of them is killed.
 */

interface Host {
  ip: string
  httpRoot: string
  conf: string
  adminPort: number
  process: BootringProcess
}

const release = ironicReleases.findLast((candidate) => missingForSchema(candidate) === undefined)
const nodeCount = 12
const uuidOf = (index: number) => `5a3c1b7e-9be9-44e5-8f53-${String(index).padStart(12, '0')}`
const macOf = (index: number) => `52:54:00:7c:00:${index.toString(16).padStart(2, '0')}`
const copied = (index: number) => ipxeFile(`n${index}`).replaceAll('http://192.0.2.11:8080/', 'http://images.example/')

describeWith(
  release === undefined ? ironicReleases.map(({ source }) => source).join(' or ') : undefined,
  'attached, with replicate',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-replicate-'))
    const hosts: Host[] = []
    let common: string
    let api: BootringProcess
    let apiPort: number
    let database: DatabaseSync

    const start = (conf: string) =>
      new BootringProcess(['conductor', '--attached', '--config-file', common, '--config-file', conf])
    const ask = async (index: number) => {
      const response = await fetch(`http://127.0.0.1:${apiPort}/v1/boot/${macOf(index).replaceAll(':', '-')}/boot.ipxe`)
      return response.status === 200 ? await response.text() : response.status
    }
    async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
      for (let tries = 0; !(await condition()); tries++) {
        if (tries > 600) throw new Error(`${what}: not so; ${hosts.map((host) => host.process.output).join('\n')}`)
        await pause(100)
      }
    }
    async function owners(): Promise<Host[]> {
      const { stderr, stdout } = await bootring(['ring', '--attached', '--json', '--config-file', common])
      if (stdout === '') throw new Error(stderr)
      const ring = JSON.parse(stdout) as { nodes: { uuid: string; owner: string }[] }
      return Array.from({ length: nodeCount }, (_, index) => {
        const owner = ring.nodes.find(({ uuid }) => uuid === uuidOf(index))?.owner
        return hosts.find(({ ip }) => ip === owner) as Host
      })
    }

    beforeAll(async () => {
      if (!release) throw new Error('no Ironic')
      const sqlite = join(folder, 'ironic.sqlite')
      const ips = [21, 22, 23].map((last) => `127.0.0.${last}`)
      const nodes = Array.from({ length: nodeCount }, (_, index) => ({
        uuid: uuidOf(index),
        name: `n${index}`,
        mac: macOf(index),
      }))
      database = await makeIronicFile(release, sqlite, ips, nodes)
      const [freeApi, apiAdmin, rpcPort, ...adminPorts] = (await freePorts(6)) as [number, number, number, ...number[]]
      apiPort = freeApi
      common = join(folder, 'common.conf')
      writeFileSync(
        common,
        `[DEFAULT]
hash_ring_reset_interval = 1
[api]
host_ip = 127.0.0.1
[database]
connection = sqlite:///${sqlite}
[conductor]
heartbeat_timeout = 600
[json_rpc]
auth_strategy = noauth
[bootring]
api_port = ${apiPort}
admin_port = ${apiAdmin}
rpc_port = ${rpcPort}
rpc_attempt_timeout = 4
replicate = True
image_url_map = http://192.0.2.11:8080=http://images.example
log_format = json
`,
      )
      for (const [at, ip] of ips.entries()) {
        const httpRoot = join(folder, `http-${at}`)
        const conf = join(folder, `conductor-${at}.conf`)
        mkdirSync(httpRoot)
        writeFileSync(
          conf,
          `[DEFAULT]
host = ${ip}
my_ip = ${ip}
[json_rpc]
host_ip = ${ip}
[deploy]
http_root = ${httpRoot}
[pxe]
tftp_root = ${join(folder, 'no-tftp')}
[bootring]
conductor_admin_port = ${adminPorts[at]}
replica_path = ${join(folder, `replicas-${at}`)}
`,
        )
        hosts.push({ ip, httpRoot, conf, adminPort: adminPorts[at] as number, process: start(conf) })
      }
      api = new BootringProcess(['api', '--attached', '--config-file', common])
      for (const { adminPort, process } of hosts) await process.ready(adminPort)
      await api.ready(apiAdmin)
    })
    afterAll(async () => {
      await Promise.all([api, ...hosts.map((host) => host.process)].map((process) => process?.end('SIGKILL')))
      database.close()
      rmSync(folder, { recursive: true, force: true })
    })

    it("serves each node's own file, and a copy when its owner has been killed", async () => {
      const before = await owners()
      for (const [index, { httpRoot }] of before.entries()) {
        mkdirSync(join(httpRoot, uuidOf(index)))
        writeFileSync(join(httpRoot, uuidOf(index), 'config'), ipxeFile(`n${index}`))
      }
      for (let index = 0; index < nodeCount; index++) expect(await ask(index)).toBe(ipxeFile(`n${index}`))
      const [dead] = before as [Host]
      const orphans = before.flatMap((owner, index) => (owner === dead ? [index] : []))
      const peers = hosts.filter((host) => host !== dead)
      const copies = async () => {
        const folders = peers.map((peer) => join(folder, `replicas-${hosts.indexOf(peer)}`))
        const names = await Promise.all(folders.map((path) => readdir(path)))
        return names.every((there) => orphans.every((index) => there.includes(`${uuidOf(index)}.boot.ipxe.json`)))
      }
      await until('the files have been copied', copies)

      await dead.process.end('SIGKILL')
      for (let index = 0; index < nodeCount; index++) {
        expect(await ask(index)).toBe(orphans.includes(index) ? copied(index) : ipxeFile(`n${index}`))
      }

      // Ironic's conductor is dead as well, so the ring gives its nodes to others, which have no files for them.
      database.prepare('UPDATE conductors SET updated_at = ? WHERE hostname = ?').run(ironicTime(0, true), dead.ip)
      database.prepare('UPDATE conductors SET online = 0 WHERE hostname = ?').run(dead.ip)
      await until('the ring followed', async () => (await owners()).every((owner) => owner !== dead))
      for (const peer of peers) {
        await peer.process.end('SIGKILL')
        peer.process = start(peer.conf)
        await peer.process.ready(peer.adminPort)
      }
      for (const index of orphans) expect(await ask(index)).toBe(copied(index))

      // What a node is going through decides.
      const [orphan] = orphans as [number]
      database.prepare('UPDATE nodes SET provision_state = ? WHERE uuid = ?').run('wait call-back', uuidOf(orphan))
      expect(await ask(orphan)).toBe(404)
    })
  },
)
