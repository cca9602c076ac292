import { describe, expect, it } from 'vitest'
import type { Conductor } from '../model/conductor.ts'
import { FleetRings } from './fleet-rings.ts'
import { ringName } from './membership.ts'

const uuid = '5c133b58-416a-5d78-a46c-b6bcd9aa80fc'
const options = {
  algorithm: 'md5',
  partitionExponent: 5,
  resetIntervalSeconds: 15,
  heartbeatTimeoutSeconds: 60,
} as const

function conductor(hostname: string, changes: Partial<Conductor> = {}): Conductor {
  return {
    id: 1,
    hostname,
    conductorGroup: '',
    alive: true,
    online: true,
    updatedAt: null,
    drivers: ['fake-hardware'],
    ...changes,
  }
}

/** A store whose membership the test changes, and which counts the questions. */
function fixedStore(conductors: Conductor[]) {
  const store = {
    list: conductors,
    asked: 0,
    async conductors() {
      store.asked += 1
      return store.list
    },
  }
  return store
}

describe('FleetRings', () => {
  it('asks the database once for many look-ups, also when they come at the same time', async () => {
    const store = fixedStore([conductor('a'), conductor('b')])
    const rings = new FleetRings(store, options, () => 0)
    const key = { uuid, driver: 'fake-hardware', conductorGroup: '' }
    await Promise.all([rings.order(key), rings.order(key), rings.order(key)])
    expect(await rings.order(key)).toHaveLength(2)
    expect(store.asked).toBe(1)
  })

  it('builds anew after the reset interval, not before', async () => {
    const store = fixedStore([conductor('a')])
    let now = 0
    const rings = new FleetRings(store, options, () => now)
    const key = { uuid, driver: 'fake-hardware', conductorGroup: '' }
    await rings.order(key)
    store.list = [conductor('a'), conductor('b')]
    now = 15_000
    expect(await rings.order(key)).toEqual(['a'])
    now = 15_001
    expect(await rings.order(key)).toHaveLength(2)
  })

  it('builds anew at once when a look-up finds nobody', async () => {
    const store = fixedStore([conductor('a')])
    const rings = new FleetRings(store, options, () => 0)
    await rings.conductors()
    store.list = [conductor('a'), conductor('b', { conductorGroup: 'rack1' })]
    expect(await rings.order({ uuid, driver: 'fake-hardware', conductorGroup: 'rack1' })).toEqual(['b'])
    expect(store.asked).toBe(2)
  })

  it('builds anew for nodes whose ring is empty once a second at most', async () => {
    const store = fixedStore([conductor('a')])
    let now = 0
    const rings = new FleetRings(store, options, () => now)
    const orphan = { uuid, driver: 'redfish', conductorGroup: '' }
    const ask = () => expect(rings.order(orphan)).rejects.toMatchObject({ code: 'NoConductorForNode' })
    await ask()
    now = 500
    await Promise.all([ask(), ask(), rings.refresh()])
    now = 999
    await ask()
    expect(store.asked).toBe(1)
    now = 1000
    await Promise.all([ask(), ask()])
    await rings.refresh()
    expect(store.asked).toBe(2)
    store.list = [conductor('b', { drivers: ['redfish'] })]
    now = 2000
    expect(await rings.order(orphan)).toEqual(['b'])
  })

  it('builds anew for whoever doubts them', async () => {
    const store = fixedStore([conductor('a')])
    const rings = new FleetRings(store, options, () => 0)
    await rings.conductors()
    store.list = [conductor('b')]
    await rings.refresh()
    expect(await rings.owner({ uuid, driver: 'fake-hardware', conductorGroup: '' })).toBe('b')
  })

  it('leaves out dead conductors, other groups and other hardware types', async () => {
    const rings = new FleetRings(
      fixedStore([
        conductor('alive'),
        conductor('dead', { alive: false }),
        conductor('other-group', { conductorGroup: 'x' }),
        conductor('other-driver', { drivers: ['manual-management'] }),
      ]),
      options,
    )
    expect(await rings.order({ uuid, driver: 'fake-hardware', conductorGroup: '' })).toEqual(['alive'])
  })

  it('answers the owner of each node of a fleet with one question, also where there is none', async () => {
    const store = fixedStore([conductor('a')])
    const rings = new FleetRings(store, options, () => 0)
    expect(await rings.owner({ uuid, driver: 'fake-hardware', conductorGroup: '' })).toBe('a')
    expect(await rings.owner({ uuid, driver: 'fake-hardware', conductorGroup: 'empty' })).toBeUndefined()
    expect(await rings.owner({ uuid, driver: 'redfish', conductorGroup: '' })).toBeUndefined()
    expect(store.asked).toBe(1)
  })

  it('asks again after a reset, although rings were being built when it came: they lack what it was for', async () => {
    const slow = Promise.withResolvers<Conductor[]>()
    const answers = [slow.promise, Promise.resolve([conductor('a'), conductor('b')])]
    const rings = new FleetRings({ conductors: () => answers.shift() ?? expect.unreachable() }, options, () => 0)
    const key = { uuid, driver: 'fake-hardware', conductorGroup: '' }
    const before = rings.order(key)
    rings.reset()
    const after = rings.order(key)
    slow.resolve([conductor('a')])
    expect(await before).toEqual(['a'])
    expect(await after).toHaveLength(2)
    expect(await rings.order(key)).toHaveLength(2)
  })

  it('tells "nobody for this node" from "nobody at all" and from a broken database', async () => {
    const key = { uuid, driver: 'fake-hardware', conductorGroup: 'none-here' }
    await expect(new FleetRings(fixedStore([conductor('a')]), options).order(key)).rejects.toMatchObject({
      code: 'NoConductorForNode',
      message: 'no conductor that is alive in conductor_group "none-here" has the driver "fake-hardware"',
    })
    await expect(
      new FleetRings(fixedStore([conductor('a', { alive: false })]), options).order(key),
    ).rejects.toMatchObject({ code: 'NoConductors' })
    const broken = {
      async conductors(): Promise<Conductor[]> {
        throw new Error('connection lost')
      },
    }
    await expect(new FleetRings(broken, options).order(key)).rejects.toThrow('connection lost')
  })

  it('names rings as Ironic does, groups in lower case', () => {
    expect(ringName('', 'fake-hardware')).toBe(':fake-hardware')
    expect(ringName('Rack1', 'ipmi')).toBe('rack1:ipmi')
  })
})
