import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { parseConnectionUrl } from '../../../src/db/connection-url.ts'
import { openEngine } from '../../../src/db/engines/open-engine.ts'
import { openDatabase } from '../../../src/db/open-database.ts'
import type { BootringError } from '../../../src/model/errors.ts'
import { eachDatabase } from '../../support/databases.ts'
import { fleetNode, mac } from '../../support/fleet-node.ts'
import { startSilenceableProxy } from '../../support/silenceable-proxy.ts'

async function failure(work: Promise<unknown>): Promise<BootringError> {
  return await work.then(
    () => {
      throw new Error('this should have failed')
    },
    (error: BootringError) => error,
  )
}

/** Nothing that an error carries may hold the password, whoever prints it and how. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? ''
  const own = Object.getOwnPropertyNames(error).map((name) => `${name}=${String(Reflect.get(error, name))}`)
  return [...own, JSON.stringify(error), everythingIn(error.cause)].join('\n')
}

eachDatabase(
  (engine) => {
    it('a server that is down is DatabaseUnavailable, and all is well when it is back', async () => {
      const database = await engine.database()
      await database.fleet.apply([fleetNode({ name: 'n1', ports: [{ address: mac(1), pxeEnabled: true }] })], {
        prune: false,
        dryRun: false,
      })
      const session = await database.conductors.register('cond-1', '', [])
      await engine.server().pause()
      for (const work of [
        () => database.nodes.bootTarget(mac(1)),
        () => database.nodes.node('x'),
        () => database.nodes.bootNode('x'),
        () => database.conductors.conductors(60),
        () => database.conductors.heartbeat(session),
        () => database.conductors.retire('cond-2', 60),
        () => database.conductors.setDraining('cond-1', true),
        () => database.reservations.reserve('x', session),
        () => database.reservations.release('x', session),
        () => database.reservations.takenOver(1),
        () => database.conductors.register('cond-1', '', []),
        () => database.fleet.apply([], { prune: false, dryRun: false }),
        () => database.upgrade(),
        () => database.checkSchema(),
        () => database.ping(),
      ]) {
        const error = await failure(work())
        expect(error).toMatchObject({ code: 'DatabaseUnavailable' })
        expect(everythingIn(error)).not.toContain('s@cret')
      }
      await engine.server().start()
      expect(await database.nodes.bootTarget(mac(1))).toMatchObject({ nodeName: 'n1' })
      await database.conductors.register('cond-1', '', [])
    })

    it('a server that was restarted between two queries costs one of them at most', async () => {
      const database = await engine.database()
      // Fills the pool.
      await Promise.all(Array.from({ length: 10 }, () => database.nodes.bootTarget(mac(1))))
      await engine.server().restart()
      await database.nodes
        .bootTarget(mac(1))
        .catch((error) => expect(error).toMatchObject({ code: 'DatabaseUnavailable' }))
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => database.nodes.bootTarget(mac(1))))
      expect(results.filter((result) => result.status === 'rejected')).toEqual([])
      await database.ping()
    })

    it('a connection that breaks between two queries of a transaction costs that transaction alone', async () => {
      const address = parseConnectionUrl(await engine.emptyUrl())
      const { close, read, write } = await openEngine(address, { maxPoolSize: 2, poolTimeoutSeconds: 10 })
      const query = sql<{ one: number }>`select 1 as one`.compile(read)
      const broken = write.transaction().execute(async (trx) => {
        await trx.executeQuery(query)
        await engine.server().restart()
        return await trx.executeQuery(query)
      })
      expect(await failure(broken)).toMatchObject({ code: 'DatabaseUnavailable' })
      expect((await write.executeQuery(query)).rows).toEqual([{ one: 1 }])
      await close()
    })

    it('a pool that stays in use is DatabaseUnavailable after the time-out, and goes on afterwards', async () => {
      const address = parseConnectionUrl(await engine.emptyUrl())
      const { read, close, prepare } = await openEngine(address, { maxPoolSize: 1, poolTimeoutSeconds: 1 })
      const query = sql<{ one: number }>`select 1 as one`.compile(read)
      const lookUp = prepare<{ one: number }>(query)
      await read.connection().execute(async () => {
        expect(await failure(lookUp())).toMatchObject({ code: 'DatabaseUnavailable' })
        expect(await failure(read.executeQuery(query))).toMatchObject({ code: 'DatabaseUnavailable' })
      })
      expect(await lookUp()).toEqual({ one: 1 })
      expect((await read.executeQuery(query)).rows).toEqual([{ one: 1 }])
      await close()
    })

    it('a server that falls silent is DatabaseUnavailable after the time-out', async () => {
      const url = await engine.emptyUrl()
      await (await engine.open(url)).upgrade()
      const port = Number(/:(\d+)\//.exec(url)?.[1])
      await using proxy = await startSilenceableProxy(port)
      const database = await openDatabase(url.replace(`:${port}/`, `:${proxy.port}/`), {
        maxPoolSize: 2,
        poolTimeoutSeconds: 0.5,
      })
      const session = await database.conductors.register('cond-1', '', [])
      for (const work of [
        () => database.nodes.bootTarget(mac(1)),
        () => database.nodes.node('x'),
        () => Array.fromAsync(database.nodes.nodes()),
        () => database.nodes.bootNode('x'),
        () => database.conductors.conductors(60),
        () => database.conductors.heartbeat(session),
        () => database.conductors.retire('cond-2', 60),
        () => database.conductors.setDraining('cond-1', true),
        () => database.reservations.reserve('x', session),
        () => database.reservations.release('x', session),
        () => database.reservations.takenOver(1),
        () => database.conductors.unregister(session),
        () => database.fleet.apply([], { prune: false, dryRun: false }),
        () => database.checkSchema(),
        () => database.ping(),
      ]) {
        // There is a connection for it that has worked.
        proxy.silent = false
        await database.ping()
        proxy.silent = true
        expect(await failure(work())).toMatchObject({ code: 'DatabaseUnavailable' })
      }
      // And when none of the pool works any more.
      for (let i = 0; i < 4; i++) expect(await failure(database.ping())).toMatchObject({ code: 'DatabaseUnavailable' })
      proxy.silent = false
      await database.conductors.register('cond-1', '', [])
      expect(await database.nodes.bootTarget(mac(1))).toBeUndefined()
      await database.close()
    })

    it('a statement of a transaction may wait longer for a lock than one outside', async () => {
      const url = await engine.emptyUrl()
      await (await engine.open(url)).upgrade()
      const { write, close } = await openEngine(parseConnectionUrl(url), { maxPoolSize: 3, poolTimeoutSeconds: 1 })
      await sql`insert into conductors (hostname, conductor_group) values ('cond-1', '')`.execute(write)
      const rename = (group: string) => sql`update conductors set conductor_group = ${group}`
      const locked = Promise.withResolvers<void>()
      const holder = write.transaction().execute(async (trx) => {
        await rename('first').execute(trx)
        locked.resolve()
        await sleep(2500)
      })
      await locked.promise
      const patient = write.transaction().execute((trx) => rename('second').execute(trx))
      expect(await failure(rename('third').execute(write))).toMatchObject({ code: 'DatabaseUnavailable' })
      await Promise.all([holder, patient])
      const groups = await sql<{ name: string }>`select conductor_group as name from conductors`.execute(write)
      expect(['second', 'third']).toContain(groups.rows[0]?.name)
      await close()
    })

    it('an unknown database, a wrong user or a port where nobody listens is DatabaseUnavailable', async () => {
      const good = engine.server().url('nosuchdatabase')
      const bad = [good, good.replace('tester', 'nobodyknows'), good.replace(/:\d+\//, ':1/')]
      for (const url of bad) {
        const database = await engine.open(url)
        const error = await failure(database.ping())
        expect(error).toMatchObject({
          code: 'DatabaseUnavailable',
          message: expect.stringContaining('nosuchdatabase at 127.0.0.1'),
        })
        expect(everythingIn(error)).not.toMatch(/s@cret|s%40cret/)
      }
    })

    it('is reached over IPv6', async () => {
      await engine.server().createDatabase('six')
      const database = await engine.open(engine.server().url('six', '[::1]'))
      await database.upgrade()
      expect(await database.nodes.bootTarget(mac(1))).toBeUndefined()
    })
  },
  ['postgresql', 'mariadb'],
)

eachDatabase(
  (engine) => {
    it('a pooler that loses prepared statements costs nothing but speed', async () => {
      const address = parseConnectionUrl(await engine.emptyUrl())
      const { read, close, prepare } = await openEngine(address, { maxPoolSize: 1, poolTimeoutSeconds: 10 })
      const lookUp = prepare<{ text: string }>(sql<{ text: string }>`select ${''}::text as text`.compile(read))
      expect(await lookUp('one')).toEqual({ text: 'one' })
      const names = sql<{ name: string }>`select name from pg_prepared_statements where name like 'bootring-%'`
      expect((await names.execute(read)).rows).toHaveLength(1)
      await sql`deallocate all`.execute(read)
      expect(await lookUp('two')).toEqual({ text: 'two' })
      expect(await lookUp('three')).toEqual({ text: 'three' })
      expect((await names.execute(read)).rows).toHaveLength(0)
      await close()
    })
  },
  ['postgresql'],
)
