import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { BootInterface } from '../drivers/boot/boot-interface.ts'
import type { ConductorSession } from '../model/conductor.ts'
import type { NodeWithPorts } from '../model/node.ts'
import type { Database, HeartbeatResult } from '../model/stores.ts'
import { FleetRings } from '../ring/fleet-rings.ts'
import { BootFileSync } from './boot-files/boot-file-sync.ts'
import { Conductor } from './conductor.ts'
import { Heartbeat } from './membership/heartbeat.ts'

const nodes = Array.from({ length: 20 }, (_, id) => ({
  id,
  uuid: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
  driver: 'fake-hardware',
  conductorGroup: '',
  provisionState: 'wait call-back',
  deployInterface: 'direct',
})) as NodeWithPorts[]

/** The conductor c1 of a fleet whose membership is `alive`, with a disk that is a set of UUIDs. */
function conductorOf(alive: Set<string>, prepare: () => Promise<void>, walk: () => void = () => undefined) {
  const disk = new Set<string>()
  const beats: HeartbeatResult[] = []
  const retired: string[] = []
  const silent = new Set<string>()
  const store = {
    register: async (hostname: string) => {
      alive.add(hostname)
      return { conductorId: 1, hostname, token: randomUUID() }
    },
    heartbeat: async (): Promise<HeartbeatResult> => beats.shift() ?? 'alive',
    unregister: async ({ hostname }: ConductorSession) => void alive.delete(hostname),
    retire: async (hostname: string) => {
      retired.push(hostname)
      return silent.delete(hostname)
    },
    conductors: async () =>
      [...alive, ...silent].map((hostname, id) => ({
        id,
        hostname,
        conductorGroup: '',
        alive: alive.has(hostname),
        online: true,
        updatedAt: null,
        drivers: ['fake-hardware'],
      })),
  }
  const log = recordingLogger()
  const rings = new FleetRings(store, {
    algorithm: 'md5',
    partitionExponent: 5,
    resetIntervalSeconds: 0,
    heartbeatTimeoutSeconds: 60,
  })
  const sync = new BootFileSync({
    hostname: 'c1',
    nodes: {
      async *nodesWithBootFiles() {
        walk()
        yield* nodes
      },
      nodeStates: async () => [],
    },
    rings,
    takeovers: { done: async () => new Set(), takeOver: (_, work) => work() },
    bootInterfaceOf: () => ({
      async prepare({ uuid }) {
        await prepare()
        disk.add(uuid)
      },
    }),
    nodesOnDisk: async () => [...disk],
    remove: async (uuid) => void disk.delete(uuid),
    removeUnusedImages: async () => undefined,
    log,
  })
  const heartbeatOptions = { hostname: 'c1', conductorGroup: '', interfaces: [], intervalSeconds: 0.05 }
  const conductor = new Conductor({
    database: { conductors: store, nodes: {} as Database['nodes'] },
    rings,
    heartbeat: new Heartbeat(store, heartbeatOptions, log),
    bootInterfaceOf: () => new BootInterface('fake'),
    sync,
    hostname: 'c1',
    heartbeatTimeoutSeconds: 60,
    syncIntervalSeconds: 0,
    membershipIntervalSeconds: 0.01,
    log,
  })
  return { conductor, disk, beats, retired, silent, store }
}

describe('Conductor', () => {
  let running: Conductor | undefined
  afterEach(() => running?.stop())

  it('takes over from one that goes while boot files are still being prepared', async () => {
    const alive = new Set(['c2'])
    const { promise: fetched, resolve: fetch } = Promise.withResolvers<void>()
    const { conductor, disk } = conductorOf(alive, () => fetched)
    running = conductor
    await conductor.start()
    await new Promise((resolve) => setTimeout(resolve, 50))
    alive.delete('c2')
    await new Promise((resolve) => setTimeout(resolve, 50))
    fetch()
    await vi.waitFor(() => expect(disk.size).toBe(nodes.length), 5_000)
  })

  it('takes over from one that goes right after the start', async () => {
    const alive = new Set(['c2'])
    const { conductor, disk } = conductorOf(alive, async () => undefined)
    running = conductor
    await conductor.start()
    await vi.waitFor(() => expect(disk.size).toBeGreaterThan(0), { interval: 1 })
    alive.delete('c2')
    await vi.waitFor(() => expect(disk.size).toBe(nodes.length), 5_000)
  })

  it('tries again when a pass fails, without a change of the membership', async () => {
    let walks = 0
    const { conductor, disk } = conductorOf(
      new Set(),
      async () => undefined,
      () => {
        walks += 1
        if (walks === 1) throw new Error('the database is away')
      },
    )
    running = conductor
    await conductor.start()
    await vi.waitFor(() => expect(disk.size).toBe(nodes.length), 5_000)
  })

  it('drops what it does and looks at all nodes anew when it was taken for dead', async () => {
    const { promise: fetched, resolve: fetch } = Promise.withResolvers<void>()
    let prepared = 0
    const { conductor, disk, beats } = conductorOf(new Set(), () => {
      prepared += 1
      return prepared <= 8 ? fetched : Promise.resolve()
    })
    running = conductor
    await conductor.start()
    await vi.waitFor(() => expect(prepared).toBe(8))
    beats.push('gone')
    await vi.waitFor(() => expect(beats).toEqual([]))
    await new Promise((resolve) => setTimeout(resolve, 50))
    fetch()
    // Those eight, and then all of them.
    await vi.waitFor(() => expect(prepared).toBe(8 + nodes.length), 5_000)
    expect(disk.size).toBe(nodes.length)
  })

  it('says that another process has its name, and does not fight', async () => {
    const { conductor, beats } = conductorOf(new Set(), async () => undefined)
    running = conductor
    await conductor.start()
    beats.push('replaced')
    await expect(conductor.replaced).rejects.toMatchObject({ code: 'ConductorReplaced' })
  })

  it('retires others that have fallen silent, once it has been heard itself for a while', async () => {
    const { conductor, retired, silent } = conductorOf(new Set(), async () => undefined)
    running = conductor
    silent.add('c9')
    await conductor.start()
    expect(retired).toEqual([])
    await vi.waitFor(() => expect(retired).toEqual(['c9']), 5_000)
  })

  it('waits for the node that it works on also where the database can not be told that it leaves', async () => {
    const begun = Promise.withResolvers<void>()
    const fetched = Promise.withResolvers<void>()
    const { conductor, disk, store } = conductorOf(new Set(), () => {
      begun.resolve()
      return fetched.promise
    })
    store.unregister = () => Promise.reject(new Error('away'))
    await conductor.start()
    await begun.promise
    const stopped = conductor.stop().catch(() => disk.size)
    setTimeout(fetched.resolve, 20)
    expect(await stopped).toBeGreaterThan(0)
  })

  it('begins with no further node when it is told to stop', async () => {
    const { promise: fetched, resolve: fetch } = Promise.withResolvers<void>()
    let prepared = 0
    const { conductor } = conductorOf(new Set(), () => {
      prepared += 1
      return fetched
    })
    await conductor.start()
    await vi.waitFor(() => expect(prepared).toBeGreaterThan(0))
    const before = prepared
    const stopped = conductor.stop()
    fetch()
    await stopped
    expect(prepared).toBe(before)
  })
})
