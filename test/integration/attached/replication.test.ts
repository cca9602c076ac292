import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hashSync } from 'bcryptjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/db/open-database.ts'
import type { Database } from '../../../src/model/stores.ts'
import { fleetNode } from '../../support/fleet-node.ts'
import { ipxeFile } from '../../support/ironic-boot-files.ts'
import { ReplicatingHost, type ReplicatingHostOptions } from '../../support/replicating-host.ts'

let folder: string
let database: Database
let hosts: ReplicatingHost[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-replication-'))
  database = await openDatabase(`sqlite:///${join(folder, 'ironic.sqlite')}`, {
    maxPoolSize: 5,
    poolTimeoutSeconds: 30,
  })
  await database.upgrade()
  hosts = []
})
afterEach(async () => {
  for (const host of hosts) await host.die()
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

async function startHosts(count: number, options: Partial<ReplicatingHostOptions> = {}): Promise<ReplicatingHost[]> {
  for (let number = 1; number <= count; number++) {
    const host = new ReplicatingHost({ database, folder: join(folder, `host-${number}`), ...options })
    hosts.push(host)
    await host.start()
    await host.register()
  }
  return hosts
}

async function until(what: string, condition: () => unknown): Promise<void> {
  const deadline = performance.now() + 120_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what}: not so within two minutes`)
    await pause(50)
  }
}

async function setState(uuids: readonly string[], provisionState: string): Promise<void> {
  const fleet = uuids.map((uuid) => fleetNode({ uuid, provisionState, name: uuid }))
  await database.fleet.apply(fleet, { prune: false, dryRun: false })
}

/** Nodes in a state, and the host that owns each. */
async function nodesIn(state: string, count: number): Promise<{ uuid: string; owner: ReplicatingHost }[]> {
  const uuids = Array.from({ length: count }, () => randomUUID())
  await setState(uuids, state)
  const rings = hosts[0]?.rings()
  return await Promise.all(
    uuids.map(async (uuid) => {
      const name = await rings?.owner({ uuid, driver: 'fake-hardware', conductorGroup: '' })
      return { uuid, owner: hosts.find(({ hostname }) => hostname === name) as ReplicatingHost }
    }),
  )
}

async function aNode(state = 'clean wait') {
  const [node] = await nodesIn(state, 1)
  if (node === undefined) throw new Error('no node')
  return { ...node, peers: hosts.filter((host) => host !== node.owner) }
}

/** As Ironic does. */
function write(host: ReplicatingHost, uuid: string, text: string): void {
  mkdirSync(join(host.httpRoot, uuid), { recursive: true })
  writeFileSync(join(host.httpRoot, uuid, 'config'), text)
}
const tearDown = (host: ReplicatingHost, uuid: string) => rmSync(join(host.httpRoot, uuid), { recursive: true })
const everyPeer = async (peers: ReplicatingHost[], uuid: string, text: string | undefined) =>
  (await Promise.all(peers.map((peer) => peer.copy(uuid)))).every((copy) => copy === text)
const onDisk = (host: ReplicatingHost) => (existsSync(host.replicaPath) ? readdirSync(host.replicaPath).sort() : [])

describe('replication between attached conductors', () => {
  it('copies what Ironic writes, as it writes it anew, and forgets it when Ironic removes it', async () => {
    await startHosts(3)
    const { owner, peers, uuid } = await aNode('cleaning')
    write(owner, uuid, ipxeFile('first'))
    await until('copied', () => everyPeer(peers, uuid, ipxeFile('first')))
    await setState([uuid], 'clean wait')
    expect(await everyPeer(peers, uuid, ipxeFile('first'))).toBe(true)
    write(owner, uuid, ipxeFile('second'))
    await until('copied anew', () => everyPeer(peers, uuid, ipxeFile('second')))
    expect(await owner.copy(uuid)).toBeUndefined()

    tearDown(owner, uuid)
    await until('forgotten', () => everyPeer(peers, uuid, undefined))
    await until('gone from the disk', () => peers.every((peer) => onDisk(peer).length === 0))
    write(owner, uuid, ipxeFile('third'))
    await until('copied once more', () => everyPeer(peers, uuid, ipxeFile('third')))
  })

  it('answers for an owner that is gone, with the URLs of another host, also after a restart', async () => {
    await startHosts(3, { imageUrlMap: [{ from: 'http://192.0.2.11:8080', to: 'http://192.0.2.12:8080' }] })
    const { owner, peers, uuid } = await aNode()
    write(owner, uuid, ipxeFile())
    const rewritten = ipxeFile().replaceAll('192.0.2.11', '192.0.2.12')
    await until('copied', () => everyPeer(peers, uuid, rewritten))
    expect(await owner.answer(uuid)).toBe(ipxeFile())

    await owner.die()
    for (const peer of peers) expect(await peer.answer(uuid)).toBe(rewritten)
    // The ring follows: one of them is the owner now, of a node for which its Ironic writes nothing.
    await until('the ring followed', async () => {
      const name = await peers[0]?.rings().owner({ uuid, driver: 'fake-hardware', conductorGroup: '' })
      return name !== owner.hostname
    })
    for (const peer of peers) {
      await peer.stop()
      await peer.start()
      expect(await peer.answer(uuid)).toBe(rewritten)
    }
    await pause(1000)
    for (const peer of peers) expect(await peer.answer(uuid)).toBe(rewritten)
  })

  it('serves no copy once the node is going through something else, and removes it', async () => {
    await startHosts(2)
    const { owner, peers, uuid } = await aNode()
    write(owner, uuid, ipxeFile())
    await until('copied', () => everyPeer(peers, uuid, ipxeFile()))
    await owner.die()
    await setState([uuid], 'wait call-back')
    expect(await everyPeer(peers, uuid, undefined)).toBe(true)
    await until('swept', () => peers.every((peer) => onDisk(peer).length === 0))
    await setState([uuid], 'clean wait')
    expect(await everyPeer(peers, uuid, undefined)).toBe(true)
  })

  it("gives way to what the new owner's Ironic writes", async () => {
    await startHosts(3)
    const { owner, peers, uuid } = await aNode()
    write(owner, uuid, ipxeFile('old'))
    await until('copied', () => everyPeer(peers, uuid, ipxeFile('old')))
    await owner.die()
    const rings = peers[0]?.rings()
    let heir: ReplicatingHost | undefined
    await until('the ring followed', async () => {
      const name = await rings?.owner({ uuid, driver: 'fake-hardware', conductorGroup: '' })
      heir = peers.find(({ hostname }) => hostname === name)
      return heir !== undefined
    })
    if (heir === undefined) throw new Error('no heir')
    const others = peers.filter((peer) => peer !== heir)
    const heirs = onDisk(heir)
    expect(heirs).toHaveLength(1)
    write(heir, uuid, ipxeFile('new'))
    expect(await heir.answer(uuid)).toBe(ipxeFile('new'))
    await until('copied from the heir', () => everyPeer(others, uuid, ipxeFile('new')))
    tearDown(heir, uuid)
    await until('forgotten', () => everyPeer(peers, uuid, undefined))
  })

  it('lists nothing that lies on a former owner, and gives an owner that returns what was written meanwhile', async () => {
    await startHosts(2)
    const { owner, peers, uuid } = await aNode()
    const [heir] = peers as [ReplicatingHost]
    write(owner, uuid, ipxeFile('stale'))
    await until('copied', () => everyPeer(peers, uuid, ipxeFile('stale')))
    await owner.die()
    await until('the ring followed', async () => (await heir.answer(uuid)) === ipxeFile('stale'))
    write(heir, uuid, ipxeFile('current'))
    await until('taken over', async () => (await heir.answer(uuid)) === ipxeFile('current'))
    await until('the copy of what it wrote itself is gone', () => onDisk(heir).length === 0)
    await owner.start()
    await owner.register()
    await until('the owner has the copy', async () => (await owner.copy(uuid)) === ipxeFile('current'))
    await pause(500)
    expect(await owner.answer(uuid)).toBe(ipxeFile('current'))
    expect(await owner.listed()).toBe(0)
    expect(onDisk(heir)).toEqual([])
    // What its Ironic writes from now on is what counts.
    write(owner, uuid, ipxeFile('own again'))
    expect(await owner.copy(uuid)).toBeUndefined()
    await until('listed again', () => everyPeer([heir], uuid, ipxeFile('own again')))
  })

  it('lists no file of a node that is not its own', async () => {
    await startHosts(3)
    const { owner, peers, uuid } = await aNode()
    const [former] = peers as [ReplicatingHost]
    write(former, uuid, ipxeFile('leftover'))
    await pause(700)
    expect(await former.listed()).toBe(0)
    write(owner, uuid, ipxeFile())
    await until('copied', () => everyPeer(peers, uuid, ipxeFile()))
  })

  it("lists nothing before Ironic's conductor on its host lives", async () => {
    const host = new ReplicatingHost({ database, folder: join(folder, 'host') })
    hosts.push(host)
    await host.start()
    await pause(500)
    await expect(host.listed()).rejects.toMatchObject({ code: 'BootConfigUnavailable' })
    await host.register()
    await until('listed', () =>
      host.listed().then(
        () => true,
        () => false,
      ),
    )
  })

  it('keeps copies of a node that the ring has moved on, when the former owner is restarted', async () => {
    await startHosts(2)
    const nodes = await nodesIn('clean wait', 60)
    for (const { owner, uuid } of nodes) write(owner, uuid, ipxeFile(uuid))
    const [first, second] = hosts as [ReplicatingHost, ReplicatingHost]
    await until('all copied', () => onDisk(first).length + onDisk(second).length === nodes.length)
    const third = new ReplicatingHost({ database, folder: join(folder, 'third') })
    hosts.push(third)
    await third.start()
    await third.register()
    const rings = third.rings()
    const moved: string[] = []
    for (const { owner, uuid } of nodes) {
      const name = await rings.owner({ uuid, driver: 'fake-hardware', conductorGroup: '' })
      if (owner === first && name === third.hostname) moved.push(uuid)
    }
    expect(moved.length).toBeGreaterThan(0)
    // It has the files, and they stay listed.
    const has = async (host: ReplicatingHost) =>
      (await Promise.all(moved.map((uuid) => host.copy(uuid)))).every((copy) => copy !== undefined)
    await until('the new owner has copies', () => has(third))
    await first.stop()
    await first.start()
    await until('listed anew', () => first.listed().catch(() => 0))
    await pause(1000)
    expect(await has(second)).toBe(true)
    expect(await has(third)).toBe(true)
  })

  it('keeps copies while their owner is merely restarted', async () => {
    await startHosts(2)
    const { owner, peers, uuid } = await aNode()
    write(owner, uuid, ipxeFile())
    await until('copied', () => everyPeer(peers, uuid, ipxeFile()))
    await owner.stop()
    await pause(500)
    expect(await everyPeer(peers, uuid, ipxeFile())).toBe(true)
    await owner.start()
    await pause(1000)
    expect(await everyPeer(peers, uuid, ipxeFile())).toBe(true)
    // Removed while nobody watched: the whole list says so.
    await owner.stop()
    tearDown(owner, uuid)
    await owner.start()
    await until('forgotten', () => everyPeer(peers, uuid, undefined))
  })

  it('never copies half a file', async () => {
    await startHosts(2)
    const { owner, peers, uuid } = await aNode()
    const whole = ipxeFile()
    write(owner, uuid, '')
    for (let length = 0; length < whole.length; length += 200) {
      write(owner, uuid, whole.slice(0, length))
      await pause(100)
      expect(await everyPeer(peers, uuid, undefined)).toBe(true)
    }
    write(owner, uuid, whole)
    await until('copied', () => everyPeer(peers, uuid, whole))
  })

  it('copies 500 nodes at once', async () => {
    await startHosts(3)
    const nodes = await nodesIn('clean wait', 500)
    for (const { owner, uuid } of nodes) write(owner, uuid, ipxeFile(uuid))
    const done = () => hosts.every((host) => onDisk(host).length === nodes.filter(({ owner }) => owner !== host).length)
    await until('all copied', done)
    for (const { owner, uuid } of nodes) {
      for (const host of hosts) expect(await host.copy(uuid)).toBe(host === owner ? undefined : ipxeFile(uuid))
    }
    const calls = (method: string) => hosts.reduce((sum, host) => sum + (host.calls[method]?.count ?? 0), 0)
    // Each file is fetched once by each of the others.
    expect(calls('get_boot_file')).toBe(1000)
    expect(calls('list_boot_files')).toBeLessThan(100)
    for (const { owner, uuid } of nodes) tearDown(owner, uuid)
    await until('all forgotten', () => hosts.every((host) => onDisk(host).length === 0))
  })

  it('gives nothing to a host with a wrong password', async () => {
    const userFile = join(folder, 'htpasswd')
    writeFileSync(userFile, `ironic:${hashSync('right', 4)}\n`)
    const auth = { strategy: 'http_basic', userFile } as const
    const [first] = await startHosts(1, { auth, credentials: { username: 'ironic', password: 'right' } })
    const stranger = new ReplicatingHost({
      database,
      folder: join(folder, 'stranger'),
      auth,
      credentials: { username: 'ironic', password: 'wrong' },
    })
    hosts.push(stranger)
    await stranger.start()
    await stranger.register()
    let mine = await aNode()
    while (mine.owner !== first) mine = await aNode()
    let theirs = await aNode()
    while (theirs.owner !== stranger) theirs = await aNode()
    write(mine.owner, mine.uuid, ipxeFile('mine'))
    write(theirs.owner, theirs.uuid, ipxeFile('theirs'))
    await until('the one with the right password has its copy', () =>
      everyPeer([first], theirs.uuid, ipxeFile('theirs')),
    )
    await until('the other was refused', () =>
      stranger.log.lines.some(({ fields }) => String(fields.reason).includes('refused our user or password')),
    )
    expect(stranger.calls).toEqual({})
    expect(await stranger.copy(mine.uuid)).toBeUndefined()
  })

  it('sees a root that appears later, and a folder that was removed and made again', async () => {
    await startHosts(2)
    const { owner, peers, uuid } = await aNode()
    rmSync(owner.httpRoot, { recursive: true })
    await pause(500)
    write(owner, uuid, ipxeFile('later'))
    await until('copied', () => everyPeer(peers, uuid, ipxeFile('later')))
    tearDown(owner, uuid)
    write(owner, uuid, ipxeFile('again'))
    await until('copied anew', () => everyPeer(peers, uuid, ipxeFile('again')))
    // It is the folder made last that is watched.
    write(owner, uuid, ipxeFile('and again'))
    await until('copied anew', () => everyPeer(peers, uuid, ipxeFile('and again')))
  })

  it('finds by looking what no change of a file tells: that a node may boot now', async () => {
    await startHosts(2, { ticksOfLook: 2 })
    const { owner, peers, uuid } = await aNode('available')
    write(owner, uuid, ipxeFile())
    await pause(1000)
    await setState([uuid], 'clean wait')
    await until('copied', () => everyPeer(peers, uuid, ipxeFile()))
    await setState([uuid], 'available')
    await until('forgotten', () => peers.every((peer) => onDisk(peer).length === 0))
  })

  it('says which option is wrong when the copies can not be kept', async () => {
    const host = new ReplicatingHost({ database, folder: join(folder, 'host') })
    writeFileSync(host.replicaPath, 'no folder')
    await expect(host.start()).rejects.toMatchObject({
      code: 'ConfigInvalid',
      message: expect.stringContaining(`[bootring]replica_path ${host.replicaPath} can't be used`),
    })
  })
})
