import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { parseConnectionUrl } from '../../../src/db/connection-url.ts'
import { openEngine } from '../../../src/db/engines/open-engine.ts'
import { openDatabase } from '../../../src/db/open-database.ts'
import type { ConductorSession } from '../../../src/model/conductor.ts'
import type { Database } from '../../../src/model/stores.ts'
import { eachDatabase, type TestEngine } from '../../support/databases.ts'
import { fleetNode, mac } from '../../support/fleet-node.ts'
import { startPostgresqlStandby } from '../../support/postgresql-standby.ts'
import { type SilenceableProxy, startSilenceableProxy } from '../../support/silenceable-proxy.ts'

/*
 * How the pools come back by themselves after each kind of outage, and how little a machine waits meanwhile.
 */

const unavailable = { code: 'DatabaseUnavailable' }

interface Fixture extends AsyncDisposable {
  database: Database
  proxy: SilenceableProxy
  port: number
  session: ConductorSession
}

/** A database with one node and one conductor, reached through a proxy. */
async function behindProxy(engine: TestEngine): Promise<Fixture> {
  const url = await engine.emptyUrl()
  const direct = await engine.open(url)
  await direct.upgrade()
  await direct.fleet.apply([fleetNode({ name: 'n1', ports: [{ address: mac(1), pxeEnabled: true }] })], {
    prune: false,
    dryRun: false,
  })
  const port = Number(/:(\d+)\//.exec(url)?.[1])
  const proxy = await startSilenceableProxy(port)
  const database = await openDatabase(url.replace(`:${port}/`, `:${proxy.port}/`), {
    maxPoolSize: 4,
    poolTimeoutSeconds: 4,
    lookupTimeoutSeconds: 1,
  })
  const session = await database.conductors.register('cond-1', '', [])
  return {
    database,
    session,
    proxy,
    port,
    async [Symbol.asyncDispose]() {
      await database.close()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

/** Many look-ups at once, so that the whole pool is in use; how many were answered, and with what the others failed. */
async function manyLookups({ nodes }: Database, count = 40): Promise<{ answered: number; codes: unknown[] }> {
  const results = await Promise.allSettled(Array.from({ length: count }, () => nodes.bootTarget(mac(1))))
  const answers = results.filter((result) => result.status === 'fulfilled')
  for (const { value } of answers) expect(value).toMatchObject({ nodeName: 'n1' })
  const failures = results.filter((result) => result.status === 'rejected')
  return { answered: answers.length, codes: [...new Set(failures.map(({ reason }) => reason.code ?? reason))] }
}

eachDatabase(
  (engine) => {
    it('a server that is restarted under load costs nothing that asks afterwards', async () => {
      await using fixture = await behindProxy(engine)
      const { database, session } = fixture
      for (let round = 0; round < 3; round++) {
        expect(await manyLookups(database)).toEqual({ answered: 40, codes: [] })
        const during: Promise<{ codes: unknown[] }>[] = []
        let restarting = true
        const load = (async () => {
          while (restarting) {
            during.push(manyLookups(database, 8))
            await sleep(20)
          }
        })()
        await engine.server().restart()
        restarting = false
        await load
        const codes = new Set((await Promise.all(during)).flatMap((each) => each.codes))
        expect([...codes].filter((code) => code !== 'DatabaseUnavailable')).toEqual([])
      }
      expect(await manyLookups(database)).toEqual({ answered: 40, codes: [] })
      expect(await database.conductors.heartbeat(session)).toBe('alive')
    })

    it('a server that refuses connections for a while is back with the first look-up after it', async () => {
      await using fixture = await behindProxy(engine)
      const { database, session } = fixture
      await manyLookups(database)
      await engine.server().pause()
      for (let round = 0; round < 10; round++) {
        expect(await manyLookups(database)).toEqual({ answered: 0, codes: ['DatabaseUnavailable'] })
        await expect(database.conductors.heartbeat(session)).rejects.toMatchObject(unavailable)
        await sleep(100)
      }
      await engine.server().start()
      expect(await manyLookups(database)).toEqual({ answered: 40, codes: [] })
      expect(await database.conductors.heartbeat(session)).toBe('alive')
      expect(await database.conductors.conductors(60)).toHaveLength(1)
    })

    it('while a server is silent one look-up at a time waits for it, and the others hear so at once', async () => {
      await using fixture = await behindProxy(engine)
      const { database, proxy, session } = fixture
      await manyLookups(database)
      proxy.silent = true
      expect(await manyLookups(database)).toEqual({ answered: 0, codes: ['DatabaseUnavailable'] })
      let probing = true
      const probe = database.nodes
        .bootTarget(mac(1))
        .catch((error) => expect(error).toMatchObject(unavailable))
        .finally(() => {
          probing = false
        })
      const before = proxy.accepted
      expect(await manyLookups(database, 1000)).toEqual({ answered: 0, codes: ['DatabaseUnavailable'] })
      expect(probing).toBe(true)
      expect(proxy.accepted - before).toBeLessThanOrEqual(1)
      await probe
      proxy.silent = false
      await expect.poll(() => manyLookups(database), { timeout: 20_000 }).toEqual({ answered: 40, codes: [] })
      expect(await database.conductors.heartbeat(session)).toBe('alive')
    })

    it('connections that lead to a dead host are given up together, not one after the other', async () => {
      await using fixture = await behindProxy(engine)
      const { database, proxy, session } = fixture
      await manyLookups(database)
      expect(proxy.accepted).toBe(4)
      proxy.silenceOpenConnections()
      await expect(database.nodes.bootTarget(mac(1))).rejects.toMatchObject(unavailable)
      expect(await database.nodes.bootTarget(mac(1))).toMatchObject({ nodeName: 'n1' })
      expect(await manyLookups(database)).toEqual({ answered: 40, codes: [] })
      expect(await database.conductors.heartbeat(session)).toBe('alive')
    })

    it('questions of the boot path are answered in time or not at all while others wait for longer', async () => {
      await using fixture = await behindProxy(engine)
      const { database, proxy, session } = fixture
      await manyLookups(database)
      proxy.silent = true
      const order: string[] = []
      const asked = [
        database.conductors.heartbeat(session).catch(() => order.push('heartbeat')),
        database.conductors.conductors(60).catch(() => order.push('conductors')),
        database.ping().catch(() => order.push('ping')),
      ]
      await Promise.all(asked.slice(1))
      expect(order.sort()).toEqual(['conductors', 'ping'])
      proxy.silent = false
      await asked[0]
      expect(order).toContain('heartbeat')
    })

    it('a connection to a server that takes no writes is given up', async () => {
      const url = await engine.emptyUrl()
      const database = /\/(test\d+)/.exec(url)?.[1] ?? ''
      const server = engine.server()
      const [user, id, readOnly, readWrite] =
        engine.name === 'mariadb'
          ? [
              // The administrator's privileges let him write.
              ["create user if not exists plain identified by 's@cret'", `grant all on ${database}.* to plain`],
              'connection_id()',
              ['set global read_only = on'],
              ['set global read_only = off'],
            ]
          : [
              ['create role plain superuser login'],
              'pg_backend_pid()',
              ['alter system set default_transaction_read_only = on', 'select pg_reload_conf()'],
              ['alter system reset default_transaction_read_only', 'select pg_reload_conf()'],
            ]
      await server.administer(database, ...user)
      const { close, read, write } = await openEngine(parseConnectionUrl(url.replace('tester', 'plain')), {
        maxPoolSize: 1,
        poolTimeoutSeconds: 10,
      })
      const connection = async () => (await sql<{ id: number }>`select ${sql.raw(id)} as id`.execute(read)).rows[0]?.id
      const insert = sql`insert into t values (1)`
      await sql`create table t (a int)`.execute(write)
      const before = await connection()
      expect(await connection()).toBe(before)
      await server.administer(database, ...readOnly)
      const refusal = () =>
        insert.execute(write).then(
          () => 'written',
          (error) => error.code,
        )
      await expect.poll(refusal, { timeout: 10_000 }).toBe('DatabaseUnavailable')
      expect(await connection()).not.toBe(before)
      // It makes the tables of others read-only as well.
      await server.administer(database, ...readWrite)
      await expect.poll(refusal, { timeout: 10_000 }).toBe('written')
      await close()
    })
  },
  ['postgresql', 'mariadb'],
)

eachDatabase(
  (engine) => {
    it('a failover to a standby loses nothing', async () => {
      await using fixture = await behindProxy(engine)
      const { database, port, proxy } = fixture
      await using standby = await startPostgresqlStandby(port)
      expect(await manyLookups(database)).toEqual({ answered: 40, codes: [] })
      // Written after the copy was made: it comes by the stream.
      const second = await database.conductors.register('cond-2', '', [])
      await engine.server().pause()
      proxy.targetPort = standby.port
      expect(await manyLookups(database)).toEqual({ answered: 0, codes: ['DatabaseUnavailable'] })
      await expect(database.ping()).rejects.toMatchObject({ cause: { code: '57P03' } })
      await standby.promote()
      await expect.poll(() => manyLookups(database), { timeout: 20_000 }).toEqual({ answered: 40, codes: [] })
      expect(await database.conductors.heartbeat(second)).toBe('alive')
      expect((await database.conductors.conductors(60)).map(({ hostname }) => hostname)).toEqual(['cond-1', 'cond-2'])
      await engine.server().start()
    })
  },
  ['postgresql'],
)
