import { afterEach, describe, expect, it, vi } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { BootInterface } from '../drivers/boot/boot-interface.ts'
import type { NodeWithPorts } from '../model/node.ts'
import type { Database } from '../model/stores.ts'
import { FleetRings } from '../ring/fleet-rings.ts'
import { BootFileSync } from './boot-file-sync.ts'
import { Conductor } from './conductor.ts'

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
  const store = {
    register: async (hostname: string) => void alive.add(hostname),
    heartbeat: async () => true,
    unregister: async (hostname: string) => void alive.delete(hostname),
    conductors: async () =>
      [...alive].map((hostname, id) => ({
        id,
        hostname,
        conductorGroup: '',
        alive: true,
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
    },
    rings,
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
  const conductor = new Conductor({
    database: { conductors: store, nodes: {} as Database['nodes'] },
    rings,
    bootInterfaceOf: () => new BootInterface('fake'),
    sync,
    hostname: 'c1',
    conductorGroup: '',
    interfaces: [],
    heartbeatIntervalSeconds: 60,
    syncIntervalSeconds: 0,
    membershipIntervalSeconds: 0.01,
    log,
  })
  return { conductor, disk }
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
