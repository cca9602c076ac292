import { expect, it } from 'vitest'
import { chaoticHardware, type World } from '../../../test/provisioning/chaotic-hardware.ts'
import { fixedSession } from '../../../test/support/fixed-session.ts'
import { MemoryManagement } from '../../../test/support/memory-management.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { NodeRecord } from '../../model/records.ts'
import { ExclusiveTasks } from '../tasks/exclusive-tasks.ts'
import { NodeTasks } from '../tasks/node-tasks.ts'
import { Workers } from '../tasks/workers.ts'
import { pickUp } from '../upkeep/pick-up.ts'
import { Provisioning } from './provisioning.ts'
import { buildWorks } from './works.ts'

const context = { requestId: 'req-1' }

function setUp(row: Partial<NodeRecord>) {
  const store = new MemoryManagement(row)
  const world: World = { random: () => 0.5, isFaulty: false, violations: [], machines: new Map() }
  const hardware = chaoticHardware(world, { name: 'c1', isDead: false, isOver: false })
  const workers = new Workers(5)
  const log = recordingLogger()
  const tasks = new NodeTasks({
    store,
    hardwareOf: () => hardware,
    keepsHistory: true,
    log,
    exclusive: new ExclusiveTasks(store.reservations, fixedSession('c1')),
    retry: { attempts: 1, intervalSeconds: 0 },
    workers,
  })
  const provisioning = new Provisioning(buildWorks({ automatedClean: true }))
  const own = {
    async *those() {
      yield* await store.nodes({})
    },
  }
  return { provisioning, store, takeUp: pickUp({ own, log }, tasks, provisioning), tasks, workers }
}

it('forgets with the state what an abort has owed in it: a later failure is not taken for an abort', async () => {
  const owed = { provision_state: 'rescue failed', driver_internal_info: { clean_up_owed: true } }
  const { provisioning, store, takeUp, tasks, workers } = setUp(owed)
  await tasks.begin(store.row.uuid, context, (task) => provisioning.enter(task, 'unrescue'))
  await workers.idle()
  expect(store.row).toMatchObject({ provision_state: 'active', driver_internal_info: {} })
  store.row = { ...store.row, provision_state: 'service failed' }
  await takeUp()
  await workers.idle()
  expect(store.row.provision_state).toBe('service failed')
})
