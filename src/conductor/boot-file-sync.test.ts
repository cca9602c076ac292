import { describe, expect, it } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import type { Conductor } from '../model/conductor.ts'
import type { NodeWithPorts } from '../model/node.ts'
import { FleetRings } from '../ring/fleet-rings.ts'
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
    extra: {},
    ports: [],
    ...changes,
  }
}

function conductor(hostname: string): Conductor {
  const drivers = ['fake-hardware']
  return { id: 1, hostname, conductorGroup: '', alive: true, online: true, updatedAt: null, drivers }
}

/** A conductor's disk that is a set of UUIDs; preparing `broken` nodes fails. */
function diskOf(hostname: string, nodes: NodeWithPorts[], alive: string[], broken: string[] = []) {
  const disk = new Set<string>()
  const log = recordingLogger()
  const sync = new BootFileSync({
    hostname,
    nodes: {
      async *nodesWithBootFiles() {
        yield* nodes
      },
    },
    rings: new FleetRings(
      { conductors: async () => alive.map(conductor) },
      { algorithm: 'md5', partitionExponent: 5, resetIntervalSeconds: 0, heartbeatTimeoutSeconds: 60 },
    ),
    bootInterfaceOf: () => ({
      async prepare({ uuid }) {
        if (broken.includes(uuid)) throw new Error('no such kernel')
        disk.add(uuid)
      },
    }),
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

  it('takes over the nodes of one that is gone, and gives them back', async () => {
    const alive = ['c1', 'c2']
    const { disk, sync } = diskOf('c1', fleet, alive)
    await sync.run()
    const before = [...disk]
    alive.pop()
    await new Promise((resolve) => setTimeout(resolve, 2))
    await sync.run()
    expect(disk.size).toBe(30)
    alive.push('c2')
    await new Promise((resolve) => setTimeout(resolve, 2))
    expect((await sync.run()).removed).toBe(30 - before.length)
    expect([...disk].sort()).toEqual(before.sort())
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
    const { disk, sync, log } = diskOf('c1', [first, second], ['c1'], [first.uuid])
    disk.add(first.uuid)
    expect(await sync.run()).toEqual({ prepared: 1, failed: 1, removed: 0 })
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
      },
      rings: new FleetRings(
        { conductors: async () => [conductor('c1')] },
        { algorithm: 'md5', partitionExponent: 5, resetIntervalSeconds: 5, heartbeatTimeoutSeconds: 60 },
      ),
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
