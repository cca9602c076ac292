import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import type { BootFileChanges } from '../../rpc/shapes.ts'
import { InTurn } from '../in-turn.ts'
import { CopyStore } from './copy-store.ts'
import { PeerFollower, type PeerFollowerParts } from './peer-follower.ts'
import { Replicator } from './replicator.ts'

const uuid = '00000000-0000-4000-8000-000000000001'
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-replicator-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A conductor that says whatever it likes. */
function peer(answer: () => Partial<BootFileChanges>) {
  let calls = 0
  const call = async () => {
    calls += 1
    await turn()
    return { epoch: 'e', restarted: false, next: calls, more: false, files: [], removed: [], ...answer() }
  }
  return { client: { call } as unknown as ConductorClient, calls: () => calls }
}

function parts(client: ConductorClient): PeerFollowerParts {
  const log = recordingLogger()
  return {
    client,
    store: new CopyStore({ path: folder, log }),
    nodes: { nodeStates: async () => [] },
    rings: { owner: async () => undefined, refresh: async () => {} },
    roots: [],
    onNewer: () => {},
    membersSince: async () => 0,
    fetching: new InTurn(8),
    waitSeconds: 20,
    log,
  }
}

describe('what another conductor answers', () => {
  it.each([
    ['that stops, and waits for nothing', {}],
    ['whose list never ends', { more: true }],
  ])('is not asked for in a tight loop: one %s', async (_title, answer) => {
    const { calls, client } = peer(() => answer)
    const all = parts(client)
    const conductor = {
      id: 1,
      hostname: 'b',
      conductorGroup: '',
      alive: true,
      online: true,
      updatedAt: null,
      drivers: [],
    }
    const rings = { ...all.rings, conductors: async () => [conductor] }
    const replicator = new Replicator({ ...all, rings, isOwn: async () => false })
    replicator.start()
    await pause(1000)
    await replicator.stop()
    expect(calls()).toBeGreaterThan(1)
    expect(calls()).toBeLessThan(100)
  })

  it('does not fill the memory with a list that never ends', async () => {
    let number = 0
    const nextUuid = () => `00000000-0000-4000-8000-${String(number++).padStart(12, '0')}`
    const file = { name: 'boot.ipxe', sha256: '0'.repeat(64), size: 1, state_family: 'later', written_at: 0 }
    const { client } = peer(() => ({
      restarted: number === 0,
      more: true,
      files: Array.from({ length: 1000 }, () => ({ ...file, node_id: nextUuid() })),
    }))
    const follower = new PeerFollower('b', parts(client))
    const { signal } = new AbortController()
    const all = async () => {
      for (let round = 0; round < 300; round++) await follower.follow(signal)
    }
    await expect(all()).rejects.toThrow(/conductor b lists more than \d+ boot files/)
  })
  it.each([
    ['of another conductor', 'this', undefined],
    ['of its own', 'b', '#!ipxe\nanother\n'],
  ])('is copied for no node but its own as long as the ring says so: for one %s', async (_title, owner, expected) => {
    const text = '#!ipxe\nanother\n'
    const file = {
      node_id: uuid,
      name: 'boot.ipxe',
      sha256: hash('sha256', text, 'hex'),
      size: text.length,
      state_family: 'clean',
      written_at: Date.now() + 1e9,
    }
    const list = { epoch: 'e', restarted: true, next: 1, more: false, files: [file], removed: [] }
    const call = async (_hostname: string, method: string) => (method === 'get_boot_file' ? text : list)
    const all = parts({ call } as unknown as ConductorClient)
    const state = {
      uuid,
      driver: 'd',
      conductorGroup: '',
      bootInterface: 'ipxe',
      deployInterface: 'direct',
      provisionState: 'clean wait',
    }
    mkdirSync(join(folder, uuid))
    writeFileSync(join(folder, uuid, 'config'), '#!ipxe\nours\n')
    utimesSync(join(folder, uuid, 'config'), 1000, 1000)
    let ringSays = owner
    const follower = new PeerFollower('b', {
      ...all,
      roots: [folder],
      nodes: { nodeStates: async () => [state] },
      rings: { owner: async () => ringSays, refresh: async () => {} },
    })
    const { signal } = new AbortController()
    await follower.follow(signal)
    expect(all.store.get(uuid, 'boot.ipxe')?.text).toBe(expected)

    // With the next answer, which does not name it again, the ring is known to have changed.
    ringSays = 'b'
    Object.assign(list, { restarted: false, files: [] })
    await follower.follow(signal)
    await all.store.close()
    expect(all.store.get(uuid, 'boot.ipxe')?.text).toBe(text)
  })
})
