import { setTimeout } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import type { ConductorSession } from '../../../src/model/conductor.ts'
import type { Database } from '../../../src/model/stores.ts'
import { eachDatabase } from '../../support/databases.ts'
import { fleetNode, mac } from '../../support/fleet-node.ts'
import { rawConnection } from '../../support/raw-connection.ts'

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const node = uuid(1)

eachDatabase((engine) => {
  let url: string
  let database: Database
  let first: ConductorSession
  let second: ConductorSession

  beforeEach(async () => {
    url = await engine.emptyUrl()
    database = await engine.open(url)
    await database.upgrade()
    const states = ['wait call-back', 'active', 'clean wait']
    await database.fleet.apply(
      states.map((provisionState, index) =>
        fleetNode({ uuid: uuid(index + 1), name: `n${index + 1}`, provisionState }),
      ),
      { prune: false, dryRun: false },
    )
    first = await database.conductors.register('cond-1', '', [])
    second = await database.conductors.register('cond-2', '', [])
  })

  /** What stands in the node's row. */
  async function row() {
    await using raw = await rawConnection(url)
    const columns = ['reservation', 'conductor_affinity'] as const
    return await raw.db.selectFrom('nodes').select(columns).where('uuid', '=', node).executeTakeFirst()
  }

  async function silence(hostname: string): Promise<void> {
    await using raw = await rawConnection(url)
    await raw.db
      .updateTable('conductors')
      .set({ updated_at: raw.dialect.secondsAgo(100) })
      .where('hostname', '=', hostname)
      .execute()
  }

  it('one holder at a time, named to the others; and no second time to the same one', async () => {
    const { reservations } = database
    await reservations.reserve(node, first)
    expect(await row()).toEqual({ reservation: 'cond-1', conductor_affinity: null })
    const locked = { code: 'NodeLocked', message: expect.stringContaining('conductor cond-1') }
    await expect(reservations.reserve(node, second)).rejects.toMatchObject(locked)
    await expect(reservations.reserve(node, first)).rejects.toMatchObject(locked)
    await expect(reservations.release(node, second)).rejects.toMatchObject(locked)
    await reservations.release(node, first, { conductorAffinity: first.conductorId })
    expect(await row()).toEqual({ reservation: null, conductor_affinity: first.conductorId })
    await reservations.reserve(node, second)
    await reservations.release(node, second)
    expect(await row()).toEqual({ reservation: null, conductor_affinity: first.conductorId })
  })

  it('says when there is nothing to reserve or to release', async () => {
    await expect(database.reservations.reserve(uuid(9), first)).rejects.toMatchObject({ code: 'NodeNotFound' })
    await expect(database.reservations.release(node, first)).rejects.toMatchObject({ code: 'NodeLocked' })
  })

  it('only one of many that want a node at the same moment gets it', async () => {
    const other = await engine.open(url)
    const attempts = Array.from({ length: 12 }, (_, index) =>
      (index % 2 === 0 ? database : other).reservations.reserve(node, index % 3 === 0 ? first : second).then(
        () => 'got it',
        (error: { code: string }) => error.code,
      ),
    )
    expect((await Promise.all(attempts)).toSorted()).toEqual([...Array(11).fill('NodeLocked'), 'got it'])
  })

  it('frees what one that is retired, restarted or leaves had reserved', async () => {
    const { conductors, reservations } = database
    await reservations.reserve(node, first)
    await silence('cond-1')
    await conductors.retire('cond-1', 60)
    expect(await row()).toMatchObject({ reservation: null })
    let session = await conductors.register('cond-1', '', [])
    await reservations.reserve(node, session)
    session = await conductors.register('cond-1', '', [])
    expect(await row()).toMatchObject({ reservation: null })
    await reservations.reserve(node, session)
    await conductors.unregister(session)
    expect(await row()).toMatchObject({ reservation: null })
  })

  it('one that was retired changes nothing any more, and is told why', async () => {
    const { conductors, reservations } = database
    await reservations.reserve(node, first)
    await silence('cond-1')
    await conductors.retire('cond-1', 60)
    await reservations.reserve(node, second)
    const outcome = { conductorAffinity: first.conductorId }
    const replaced = { code: 'ConductorReplaced' }
    await expect(reservations.release(node, first, outcome)).rejects.toMatchObject(replaced)
    await expect(reservations.reserve(uuid(2), first)).rejects.toMatchObject(replaced)
    expect(await row()).toEqual({ reservation: 'cond-2', conductor_affinity: null })
  })

  it('nor does one that was replaced under its own name, although the reservation bears that', async () => {
    const { conductors, reservations } = database
    await reservations.reserve(node, first)
    const successor = await conductors.register('cond-1', '', [])
    await reservations.reserve(node, successor)
    const outcome = { conductorAffinity: second.conductorId }
    await expect(reservations.release(node, first, outcome)).rejects.toMatchObject({ code: 'ConductorReplaced' })
    expect(await row()).toEqual({ reservation: 'cond-1', conductor_affinity: null })
    await reservations.release(node, successor)
  })

  it('knows which nodes a conductor has taken over, of those that have boot files', async () => {
    const { reservations } = database
    for (const number of [1, 2, 3]) {
      const session = number === 3 ? second : first
      await reservations.reserve(uuid(number), session)
      await reservations.release(uuid(number), session, { conductorAffinity: session.conductorId })
    }
    expect(await reservations.takenOver(first.conductorId)).toEqual(new Set([uuid(1)]))
    expect(await reservations.takenOver(second.conductorId)).toEqual(new Set([uuid(3)]))
    expect(await reservations.takenOver(4711)).toEqual(new Set())
  })
})

eachDatabase(
  (engine) => {
    const lock = { postgresql: 'lock table ports in access exclusive mode', mariadb: 'lock tables ports write' }

    it('a heartbeat gets through while all other queries of the process hang', async () => {
      const url = await engine.emptyUrl()
      const database = await engine.open(url)
      await database.upgrade()
      const session = await database.conductors.register('cond-1', '', [])
      await using raw = await rawConnection(url)
      const statement = engine.name === 'postgresql' ? lock.postgresql : lock.mariadb
      await raw.db.connection().execute(async (connection) => {
        const run = (text: string) => connection.executeQuery(CompiledQuery.raw(text))
        await run('start transaction')
        await run(statement)
        let answered = 0
        // More than the pool has connections.
        const lookUps = Array.from({ length: 8 }, () => database.nodes.bootTarget(mac(1)).then(() => (answered += 1)))
        await setTimeout(200)
        expect(await database.conductors.heartbeat(session)).toBe('alive')
        expect(answered).toBe(0)
        await run(engine.name === 'postgresql' ? 'rollback' : 'unlock tables')
        await Promise.all(lookUps)
      })
    })

    it('a write that waits for its node while its session ends changes nothing', async () => {
      const url = await engine.emptyUrl()
      const database = await engine.open(url)
      await database.upgrade()
      await database.fleet.apply([fleetNode({ uuid: node, name: 'n1' })], { prune: false, dryRun: false })
      const first = await database.conductors.register('cond-1', '', [])
      const other = await engine.open(url)
      const { reservations } = database
      for (let round = 0; round < 20; round += 1) {
        const session = round === 0 ? first : await database.conductors.register('cond-1', '', [])
        await reservations.reserve(node, session)
        const [ended, released] = await Promise.allSettled([
          other.conductors.register('cond-1', '', []).then((successor) => other.reservations.reserve(node, successor)),
          reservations.release(node, session, { conductorAffinity: session.conductorId }),
        ])
        expect(ended.status).toBe('fulfilled')
        if (released.status === 'rejected') expect(released.reason).toMatchObject({ code: 'ConductorReplaced' })
        // Whichever came first: the successor has the node, and nobody took it away.
        await expect(reservations.release(node, session)).rejects.toMatchObject({ code: 'ConductorReplaced' })
        await using raw = await rawConnection(url)
        const row = await raw.db.selectFrom('nodes').select('reservation').executeTakeFirst()
        expect(row).toEqual({ reservation: 'cond-1' })
      }
    })
  },
  ['postgresql', 'mariadb'],
)
