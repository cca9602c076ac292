import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { fixedSession } from '../../../test/support/fixed-session.ts'
import { MemoryManagement } from '../../../test/support/memory-management.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { BootEvent } from '../../model/boot-events.ts'
import { BootringError } from '../../model/errors.ts'
import { stateEvent } from '../provision/state-event.ts'
import { ExclusiveTasks } from './exclusive-tasks.ts'
import { NodeTasks } from './node-tasks.ts'
import { Workers } from './workers.ts'

const context = { requestId: 'req-1' }

function setUp({ node = {}, workers = 2, attempts = 1 } = {}) {
  const store = new MemoryManagement(node)
  const sessions = fixedSession('c1', 7)
  const log = recordingLogger()
  const pool = new Workers(workers)
  const events: BootEvent[] = []
  const tasks = new NodeTasks({
    store,
    hardwareOf: () => {
      throw new BootringError('DriverNotFound', 'none')
    },
    keepsHistory: true,
    onTransition: (transition) => events.push(stateEvent(transition, 'c1')),
    log,
    exclusive: new ExclusiveTasks(store.reservations, sessions),
    retry: { attempts, intervalSeconds: 0.001 },
    workers: pool,
  })
  return { events, store, sessions, log, pool, tasks, uuid: store.row.uuid }
}

describe('NodeTasks.run', () => {
  it('tells each change of state once it is written', async () => {
    const { events, store, tasks, uuid } = setUp({ node: { provision_state: 'manageable' } })
    await tasks.run(uuid, context, (task) => task.transition('provide'))
    expect(store.row.provision_state).toBe('cleaning')
    expect(events).toMatchObject([
      {
        kind: 'state',
        node_uuid: uuid,
        name: 'manageable to cleaning',
        provision_state: 'cleaning',
        request_id: 'req-1',
      },
    ])
    await expect(tasks.run(uuid, context, (task) => task.transition('provide'))).rejects.toThrow()
    expect(events).toHaveLength(1)
  })

  it('works under the reservation, shows what it has written, and ends it', async () => {
    const { store, tasks, uuid } = setUp()
    const result = await tasks.run(uuid, context, async (task) => {
      expect(store.row.reservation).toBe('c1')
      expect(task.ports).toHaveLength(1)
      await task.update({ description: 'new' })
      return task.node.description
    })
    expect(result).toBe('new')
    expect(store.row).toMatchObject({ reservation: null, description: 'new' })
  })

  it('ends it where the work fails, and throws what that threw', async () => {
    const { sessions, store, tasks, uuid } = setUp()
    const failing = tasks.run(uuid, context, async () => {
      throw new BootringError('NodeInMaintenance', 'in maintenance')
    })
    await expect(failing).rejects.toMatchObject({ code: 'NodeInMaintenance' })
    expect(store.row.reservation).toBeNull()
    expect(sessions.doubted).toBe(0)
  })

  it('asks again for a node that is held, as often as it may', async () => {
    const { store, tasks, uuid } = setUp({ node: { reservation: 'c2' }, attempts: 3 })
    await expect(tasks.run(uuid, context, () => expect.unreachable())).rejects.toMatchObject({
      code: 'NodeLocked',
      message: 'reserved by c2',
    })
    const later = setUp({ node: { reservation: 'c2' }, attempts: 50 })
    const running = later.tasks.run(later.uuid, context, async () => 'done')
    await pause(5)
    later.store.row = { ...later.store.row, reservation: null }
    expect(await running).toBe('done')
    expect(store.row.reservation).toBe('c2')
  })

  it('relies on its session no more after a write of which it is not known what came', async () => {
    const { sessions, store, tasks, uuid } = setUp()
    const failing = tasks.run(uuid, context, async (task) => {
      store.failure = new BootringError('DatabaseUnavailable', 'gone')
      await task.update({})
    })
    await expect(failing).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
    expect(sessions.doubted).toBe(1)
  })

  it('answers with what it has done where the session ends before the reservation does', async () => {
    const { log, sessions, store, tasks, uuid } = setUp()
    store.reservations.release = async () => {
      throw new BootringError('ConductorReplaced', 'retired')
    }
    const done = await tasks.run(uuid, context, async (task) => {
      await task.update({ description: 'new' })
      return 'done'
    })
    expect([done, store.row.description, sessions.doubted]).toEqual(['done', 'new', 1])
    expect(log.lines).toMatchObject([{ level: 'warn' }])
  })

  it('goes on after a value that another row has', async () => {
    const { sessions, store, tasks, uuid } = setUp()
    await tasks.run(uuid, context, async (task) => {
      store.failure = new BootringError('Duplicate', 'name')
      await expect(task.update({ name: 'taken' })).rejects.toMatchObject({ code: 'Duplicate' })
    })
    expect(sessions.doubted).toBe(0)
  })
})

describe('a transition', () => {
  it('is in the row, the history and the log', async () => {
    const { log, store, tasks, uuid } = setUp({ node: { provision_state: 'manageable' } })
    await tasks.run(uuid, context, (task) => task.transition('clean', { target: 'manageable' }))
    expect(store.row).toMatchObject({ provision_state: 'cleaning', target_provision_state: 'manageable' })
    expect(store.row.provision_updated_at).not.toBeNull()
    expect(store.history).toEqual([
      {
        event_type: 'transition',
        severity: 'INFO',
        event: 'Moved from state "manageable" to "cleaning" by "clean", on its way to "manageable"',
        user: null,
      },
    ])
    expect(log.lines).toEqual([
      {
        level: 'info',
        message: 'the node has changed its provision state',
        fields: { from: 'manageable', to: 'cleaning', event: 'clean', target: 'manageable', lastError: undefined },
      },
    ])
  })

  it('ends the reservation in the same write where it is told to', async () => {
    const { store, tasks, uuid } = setUp({ node: { provision_state: 'available' } })
    await tasks.run(uuid, context, async (task) => {
      await task.transition('manage', { release: true })
      expect(store.row).toMatchObject({ provision_state: 'manageable', reservation: null })
      await expect(task.update({})).rejects.toMatchObject({ code: 'NodeLocked' })
    })
  })

  it('that the table does not have changes nothing', async () => {
    const { store, tasks, uuid } = setUp({ node: { provision_state: 'active' } })
    const refused = tasks.run(uuid, context, (task) => task.transition('clean'))
    await expect(refused).rejects.toMatchObject({ code: 'InvalidStateRequested' })
    expect(store.row).toMatchObject({ provision_state: 'active', reservation: null })
    expect(store.history).toEqual([])
  })
})

describe('NodeTasks.begin', () => {
  it('answers first, and goes on under the same reservation', async () => {
    const { pool, store, tasks, uuid } = setUp()
    const wait = Promise.withResolvers<void>()
    await tasks.begin(uuid, context, async (task) => async () => {
      await wait.promise
      await task.update({ description: 'later' })
    })
    expect(store.row).toMatchObject({ reservation: 'c1', description: null })
    expect(pool.busy).toBe(1)
    wait.resolve()
    await pool.idle()
    expect(store.row).toMatchObject({ reservation: null, description: 'later' })
  })

  it('does nothing where all workers are busy', async () => {
    const { pool, store, tasks, uuid } = setUp({ workers: 1 })
    const free = pool.take()
    await expect(tasks.begin(uuid, context, () => expect.unreachable())).rejects.toMatchObject({ code: 'Overloaded' })
    expect(store.row.reservation).toBeNull()
    free()
    await tasks.begin(uuid, context, async () => undefined)
    expect(pool.busy).toBe(0)
  })

  it('gives its worker back where the check fails, and where the work does', async () => {
    const { log, pool, store, tasks, uuid } = setUp({ workers: 1 })
    const refused = tasks.begin(uuid, context, async () => {
      throw new BootringError('NodeProtected', 'no')
    })
    await expect(refused).rejects.toMatchObject({ code: 'NodeProtected' })
    await tasks.begin(uuid, context, async () => async () => {
      throw new Error('broken')
    })
    await pool.idle()
    expect(pool.busy).toBe(0)
    expect(store.row.reservation).toBeNull()
    expect(log.lines.at(-1)).toMatchObject({ level: 'error' })
  })
})

it('looks at a node that somebody holds, and writes nothing', async () => {
  const { tasks, uuid } = setUp({ node: { reservation: 'c2' } })
  const task = await tasks.look(uuid)
  expect(task.node.uuid).toBe(uuid)
  await expect(task.update({})).rejects.toMatchObject({ code: 'NodeLocked' })
})
