import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { Conductor } from '../../model/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeWithPorts } from '../../model/node.ts'
import { FleetRings } from '../../ring/fleet-rings.ts'
import { BootFileSync } from './boot-file-sync.ts'

function node(id: number, changes: Partial<NodeWithPorts> = {}): NodeWithPorts {
  return {
    id,
    uuid: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    name: `node-${id}`,
    driver: 'fake-hardware',
    conductorGroup: '',
    bootInterface: 'ipxe',
    deployInterface: 'direct',
    provisionState: 'wait call-back',
    driverInfo: {},
    instanceInfo: {},
    driverInternalInfo: {},
    properties: {},
    bootMode: null,
    extra: {},
    ports: [],
    ...changes,
  }
}

function conductor(hostname: string): Conductor {
  const drivers = ['fake-hardware']
  return { id: 1, hostname, conductorGroup: '', alive: true, online: true, updatedAt: null, drivers }
}

/** Nodes that others hold, and who has taken over which, as the database knows it. */
function takeoversOf(hostname: string, affinity: Map<string, string>, locked: ReadonlySet<string> = new Set()) {
  return {
    done: async () => new Set([...affinity].flatMap(([uuid, owner]) => (owner === hostname ? [uuid] : []))),
    async takeOver(uuid: string, prepare: () => Promise<void>) {
      if (locked.has(uuid)) throw new BootringError('NodeLocked', 'held')
      await prepare()
      affinity.set(uuid, hostname)
    },
  }
}

interface DiskSetting {
  broken?: string[]
  affinity?: Map<string, string>
  locked?: ReadonlySet<string>
  held?: ReadonlySet<string>
  onWalked?(): void
  draining?: ReadonlySet<string>
}

/** A conductor's disk that is a set of UUIDs; preparing `broken` nodes fails. */
function diskOf(hostname: string, nodes: NodeWithPorts[], alive: string[], setting: DiskSetting = {}) {
  const { affinity = new Map(), broken = [], draining = new Set(), held, locked, onWalked } = setting
  const disk = new Set<string>()
  const log = recordingLogger()
  const sync = new BootFileSync({
    hostname,
    nodes: {
      async *nodesWithBootFiles() {
        yield* nodes
        onWalked?.()
      },
      nodeStates: async (uuids) => nodes.filter(({ uuid }) => uuids.includes(uuid)),
    },
    rings: new FleetRings(
      { conductors: async () => alive.map((name) => ({ ...conductor(name), draining: draining.has(name) })) },
      { algorithm: 'md5', partitionExponent: 5, resetIntervalSeconds: 0, heartbeatTimeoutSeconds: 60 },
    ),
    takeovers: takeoversOf(hostname, affinity, locked),
    bootInterfaceOf: () => ({
      async prepare({ uuid }) {
        if (broken.includes(uuid)) throw new Error('no such kernel')
        disk.add(uuid)
      },
    }),
    isHeld: (uuid) => held?.has(uuid) ?? false,
    nodesOnDisk: async () => [...disk],
    async remove(uuid) {
      disk.delete(uuid)
    },
    async removeUnusedImages() {},
    log,
  })
  return { disk, sync, log }
}

describe('BootFileSync', () => {
  const fleet = Array.from({ length: 30 }, (_, index) => node(index))

  it('gives each node its files on exactly one of the conductors', async () => {
    const alive = ['c1', 'c2', 'c3']
    const disks = alive.map((hostname) => diskOf(hostname, fleet, alive))
    for (const { sync } of disks) await sync.run()
    const all = disks.flatMap(({ disk }) => [...disk])
    expect(all).toHaveLength(30)
    expect(new Set(all).size).toBe(30)
    for (const { disk } of disks) expect(disk.size).toBeGreaterThan(0)
  })

  it('takes over the nodes of one that is gone, and gives them back once that one has them', async () => {
    const alive = ['c1', 'c2']
    const affinity = new Map<string, string>()
    const one = diskOf('c1', fleet, alive, { affinity })
    const other = diskOf('c2', fleet, alive, { affinity })
    await one.sync.run()
    await other.sync.run()
    const before = [...one.disk]
    alive.pop()
    await pause(2)
    await one.sync.run()
    expect(one.disk.size).toBe(30)
    expect(new Set(affinity.values())).toEqual(new Set(['c1']))
    alive.push('c2')
    await pause(2)
    expect(await one.sync.run()).toMatchObject({ kept: 30 - before.length, removed: 0 })
    expect(one.disk.size).toBe(30)
    await other.sync.run()
    expect(await one.sync.run()).toMatchObject({ kept: 0, removed: 30 - before.length })
    expect([...one.disk].sort()).toEqual(before.sort())
  })

  it('takes no node over that is its own already', async () => {
    const affinity = new Map<string, string>()
    let taken = 0
    affinity.set = (uuid, owner) => {
      taken += 1
      return Map.prototype.set.call(affinity, uuid, owner)
    }
    const { sync } = diskOf('c1', fleet, ['c1'], { affinity })
    await sync.run()
    expect(await sync.run()).toMatchObject({ prepared: 30 })
    expect(taken).toBe(30)
  })

  it('leaves the files of a node that it works on, and of one that has come to need them during the walk', async () => {
    const late = node(2, { provisionState: 'deploying' })
    const held = node(3, { provisionState: 'deploying' })
    const { disk, sync } = diskOf('c1', [node(1), late, held, node(4, { provisionState: 'active' })], ['c1'], {
      held: new Set([held.uuid]),
      onWalked: () => Object.assign(late, { provisionState: 'wait call-back' }),
    })
    for (const index of [2, 3, 4]) disk.add(node(index).uuid)
    expect(await sync.run()).toMatchObject({ prepared: 1, removed: 1 })
    expect([...disk].sort()).toEqual([node(1).uuid, late.uuid, held.uuid])
  })

  it('leaves nodes that somebody else works on for the next time, with what they have on the disk', async () => {
    const locked = new Set([node(1).uuid])
    const { disk, sync, log } = diskOf('c1', [node(1), node(2)], ['c1'], { locked })
    disk.add(node(1).uuid)
    expect(await sync.run()).toEqual({ prepared: 1, failed: 0, locked: 1, kept: 0, removed: 0 })
    expect(disk.size).toBe(2)
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
    locked.clear()
    expect(await sync.run()).toMatchObject({ prepared: 2, locked: 0 })
  })

  it('keeps all files while it drains, also once others have taken the nodes over', async () => {
    const affinity = new Map<string, string>()
    const draining = new Set<string>()
    const alive = ['c1', 'c2']
    const one = diskOf('c1', fleet, alive, { affinity, draining })
    const other = diskOf('c2', fleet, alive, { affinity, draining })
    await one.sync.run()
    const before = [...one.disk]
    draining.add('c1')
    await pause(2)
    await other.sync.run()
    expect(other.disk.size).toBe(30)
    expect(await one.sync.run()).toMatchObject({ prepared: 0, kept: 0, removed: 0 })
    expect([...one.disk]).toEqual(before)
  })

  it('ends a pass that is abandoned at the next node, and removes nothing', async () => {
    const { disk, sync } = diskOf('c1', fleet, ['c1'])
    disk.add(node(99).uuid)
    const running = sync.run()
    sync.abandon()
    expect(await running).toMatchObject({ prepared: 0, removed: 0 })
    expect([...disk]).toEqual([node(99).uuid])
    await sync.run()
    expect(disk.size).toBe(30)
  })

  it('prepares wait states and active ramdisk nodes only', async () => {
    const nodes = [
      node(1),
      node(2, { provisionState: 'active' }),
      node(3, { provisionState: 'active', deployInterface: 'ramdisk' }),
      node(4, { provisionState: 'clean wait' }),
      node(5, { provisionState: null }),
    ]
    const { disk, sync } = diskOf('c1', nodes, ['c1'])
    await sync.run()
    expect([...disk].sort()).toEqual([1, 3, 4].map((id) => node(id).uuid))
  })

  it('goes on after a node that fails, logs it, and keeps what that node had', async () => {
    const [first, second] = [node(1), node(2)]
    const { disk, sync, log } = diskOf('c1', [first, second], ['c1'], { broken: [first.uuid] })
    disk.add(first.uuid)
    expect(await sync.run()).toMatchObject({ prepared: 1, failed: 1, removed: 0 })
    expect([...disk].sort()).toEqual([first.uuid, second.uuid])
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ node: first.uuid }) }),
    )
  })

  it('removes nothing when the database fails half way', async () => {
    const { disk, sync } = diskOf('c1', [node(1)], ['c1'])
    disk.add(node(9).uuid)
    const broken = new BootFileSync({
      hostname: 'c1',
      nodes: {
        async *nodesWithBootFiles() {
          yield node(1)
          throw new Error('connection lost')
        },
        nodeStates: async () => [],
      },
      rings: new FleetRings(
        { conductors: async () => [conductor('c1')] },
        { algorithm: 'md5', partitionExponent: 5, resetIntervalSeconds: 5, heartbeatTimeoutSeconds: 60 },
      ),
      takeovers: takeoversOf('c1', new Map()),
      bootInterfaceOf: () => ({ async prepare() {} }),
      nodesOnDisk: async () => [...disk],
      async remove(uuid) {
        disk.delete(uuid)
      },
      async removeUnusedImages() {},
      log: recordingLogger(),
    })
    await expect(broken.run()).rejects.toThrow('connection lost')
    expect(disk.has(node(9).uuid)).toBe(true)
    await sync.stop()
  })
})
