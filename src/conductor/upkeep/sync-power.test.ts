import { describe, expect, it } from 'vitest'
import { chaoticHardware, type World } from '../../../test/provisioning/chaotic-hardware.ts'
import { fixedSession } from '../../../test/support/fixed-session.ts'
import { MemoryManagement } from '../../../test/support/memory-management.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { NodeRecord, PowerState } from '../../model/records.ts'
import { ExclusiveTasks } from '../tasks/exclusive-tasks.ts'
import { NodeTasks } from '../tasks/node-tasks.ts'
import { Workers } from '../tasks/workers.ts'
import { PowerSync } from './sync-power.ts'

/** One node, and a machine that is in the given state; `stuck`: it takes orders, and nothing comes of them. */
function setUp(row: Partial<NodeRecord>, machine: PowerState, { force = true, isStuck = false, maxRetries = 2 } = {}) {
  const store = new MemoryManagement({ provision_state: 'active', ...row })
  const world: World = { random: () => 0.5, isFaulty: false, violations: [], machines: new Map() }
  world.machines.set(store.row.uuid, { power: machine, users: new Set() })
  const working = chaoticHardware(world, { name: 'c1', isDead: false, isOver: false })
  const orders: string[] = []
  const setPowerState: typeof working.power.setPowerState = async (task, target) => {
    orders.push(target)
    if (!isStuck) await working.power.setPowerState(task, target)
  }
  const hardware = { ...working, power: { ...working.power, setPowerState } }
  const log = recordingLogger()
  let reserved = 0
  const { release, reserve } = store.reservations
  const counted: typeof reserve = async (...parameters) => {
    reserved += 1
    await reserve(...parameters)
  }
  const tasks = new NodeTasks({
    store,
    hardwareOf: () => hardware,
    keepsHistory: true,
    log,
    exclusive: new ExclusiveTasks({ reserve: counted, release }, fixedSession('c1')),
    retry: { attempts: 1, intervalSeconds: 0 },
    workers: new Workers(5),
  })
  const own = {
    async *those() {
      yield* await store.nodes({})
    },
  }
  const sync = new PowerSync({ own, log }, tasks, { force, maxRetries, workers: 2 })
  return { log, orders, store, sync, world, reserved: () => reserved }
}

describe('power synchronisation', () => {
  it('asks a machine that agrees without holding its node, or reading more of it than its row in the list', async () => {
    const { orders, reserved, store, sync } = setUp({ power_state: 'power on' }, 'power on')
    store.node = () => expect.unreachable()
    await sync.run()
    expect([reserved(), orders, store.events]).toEqual([0, [], []])
  })

  it('switches a machine that does not agree', async () => {
    const { orders, store, sync, world } = setUp({ power_state: 'power on' }, 'power off')
    await sync.run()
    expect(orders).toEqual(['power on'])
    expect(world.machines.get(store.row.uuid)?.power).toBe('power on')
    expect(store.row).toMatchObject({ power_state: 'power on', reservation: null })
  })

  it('corrects the row instead where that is wanted, or where the machine must not be switched off', async () => {
    const lenient = setUp({ power_state: 'power on' }, 'power off', { force: false })
    await lenient.sync.run()
    expect([lenient.orders, lenient.store.row.power_state]).toEqual([[], 'power off'])
    const guarded = setUp({ power_state: 'power off', disable_power_off: true }, 'power on')
    await guarded.sync.run()
    expect([guarded.orders, guarded.store.row.power_state]).toEqual([[], 'power on'])
  })

  it('writes down what nobody knew', async () => {
    const { orders, store, sync } = setUp({ power_state: null }, 'power off')
    await sync.run()
    expect([orders, store.row.power_state]).toEqual([[], 'power off'])
  })

  it('gives up on a machine that does not do as it is told', async () => {
    const { orders, store, sync } = setUp({ power_state: 'power on' }, 'power off', { isStuck: true })
    for (let pass = 0; pass < 3; pass += 1) {
      store.row = { ...store.row, power_state: 'power on' }
      expect(store.row.maintenance).toBe(false)
      await sync.run()
    }
    expect(orders).toEqual(['power on', 'power on'])
    expect(store.row).toMatchObject({ power_state: 'power off', maintenance: true, fault: 'power failure' })
    expect(store.events).toEqual([store.row.maintenance_reason])
  })

  it('remembers no failures of a node that it has not come by again', async () => {
    const { orders, store, sync } = setUp({ power_state: 'power on' }, 'power off', { isStuck: true })
    const listed = store.nodes.bind(store)
    for (const isThere of [true, true, false, true, true]) {
      store.nodes = isThere ? listed : async () => []
      store.row = { ...store.row, power_state: 'power on' }
      await sync.run()
    }
    expect([orders.length, store.row.maintenance]).toEqual([4, false])
  })

  it.each(['wait call-back', 'clean wait', 'enroll', 'adopt failed'])('leaves nodes in %s alone', async (state) => {
    const { orders, store, sync } = setUp({ power_state: 'power on', provision_state: state }, 'power off')
    await sync.run()
    expect([orders, store.row.power_state]).toEqual([[], 'power on'])
  })

  it('forgets an order of somebody who has died', async () => {
    const { store, sync } = setUp({ power_state: 'power on', target_power_state: 'power off' }, 'power on')
    await sync.run()
    expect(store.row).toMatchObject({ target_power_state: null, power_state: 'power on' })
    expect(store.row.last_error).toContain('take over')
  })
})
