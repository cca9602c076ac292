import { sql } from 'kysely'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { parseConnectionUrl } from '../../../src/db/connection-url.ts'
import { openEngine } from '../../../src/db/engines/open-engine.ts'
import { openIronicDatabase } from '../../../src/db/open-ironic-database.ts'
import { BootFollowUp } from '../../../src/events/boot-follow-up.ts'
import { packEvents } from '../../../src/model/packed-events.ts'
import type { IronicDatabase } from '../../../src/model/stores.ts'
import { aBootEvent } from '../../support/a-boot-event.ts'
import { mac } from '../../support/a-node.ts'
import { eachIronicDatabase } from '../../support/ironic-databases.ts'
import { insertIronicRows, ironicTime, rows } from '../../support/ironic-rows.ts'
import { MemoryBootEvents } from '../../support/memory-boot-events.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

const options = { maxPoolSize: 3, poolTimeoutSeconds: 10 }

async function open(url: string, logger = recordingLogger()): Promise<IronicDatabase> {
  const database = await openIronicDatabase(url, { ...options, logger })
  onTestFinished(() => database.close())
  return database
}

/** Every method once, and some at the same time. */
async function useAll(database: IronicDatabase): Promise<void> {
  await database.ping()
  await database.checkSchema()
  await database.release()
  await database.conductors.conductors(60)
  await database.conductors.conductors(0)
  await database.nodes.node(rows.waiting)
  await database.nodes.bootNode(rows.waiting)
  await database.nodes.nodeStates([rows.waiting, rows.bare])
  await database.progress([rows.waiting, rows.bare])
  await Array.fromAsync(database.nodes.nodes(2))
  await Array.fromAsync(database.nodes.nodesWithBootFiles(2))
  await Promise.all(Array.from({ length: 20 }, () => database.nodes.bootTarget(mac('52:54:00:00:00:01'))))
  await Promise.all(Array.from({ length: 20 }, () => database.nodes.node(rows.waiting)))
}

eachIronicDatabase((fixture, engine) => {
  const now = Date.now()
  const withMicroseconds = () => fixture().engine === 'sqlite'

  beforeAll(async () => {
    const { write, dialect } = fixture().ironic
    await insertIronicRows(write, dialect, {
      alive: ironicTime(now, withMicroseconds()),
      killed: ironicTime(now - 3_600_000, withMicroseconds()),
    })
  })

  it('has all that bootring needs, and is named by its release', async () => {
    const logger = recordingLogger()
    const database = await open(fixture().readerUrl, logger)
    await database.ping()
    await database.checkSchema()
    expect(await database.release()).toBe(fixture().release.name)
    expect(logger.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })

  it('answers all questions about nodes', async () => {
    const { nodes } = await open(fixture().readerUrl)
    expect(await nodes.bootTarget(mac('52:54:00:00:00:01'))).toEqual({
      nodeUuid: rows.waiting,
      nodeName: 'node-01',
      driver: 'fake-hardware',
      conductorGroup: 'rack1',
      provisionState: 'wait call-back',
    })
    expect(await nodes.bootTarget(mac('52:54:00:00:00:03'))).toEqual({
      nodeUuid: rows.bare,
      nodeName: null,
      driver: '',
      conductorGroup: '',
      provisionState: null,
    })
    expect(await nodes.bootTarget(mac('52:54:00:00:00:09'))).toBeUndefined()
    expect(await nodes.bootNode(rows.waiting)).toMatchObject({
      bootInterface: 'ipxe',
      driverInfo: { deploy_kernel: 'file:///k', text: 'ünï' },
    })
    // It holds the config drive, which may be large, and no boot needs it.
    expect((await nodes.bootNode(rows.waiting))?.instanceInfo).toEqual({})
    expect((await nodes.node(rows.waiting))?.instanceInfo).toEqual({ configdrive: 'H4sI' })
    expect(await nodes.node(rows.waiting)).toMatchObject({
      name: 'node-01',
      properties: {},
      ports: [
        { address: '52:54:00:00:00:01', pxeEnabled: true },
        { address: '52:54:00:00:00:02', pxeEnabled: false },
      ],
    })
    const uuids = async (all: ReturnType<typeof nodes.nodes>) => (await Array.fromAsync(all)).map(({ uuid }) => uuid)
    expect(await uuids(nodes.nodes(2))).toEqual([rows.waiting, rows.bare, rows.diskless])
    expect(await uuids(nodes.nodesWithBootFiles())).toEqual([rows.waiting, rows.diskless])
  })

  it('says who is alive as this Ironic does', async () => {
    const { conductors } = await open(fixture().readerUrl)
    const all = await conductors.conductors(600)
    // From 22.1 on nobody writes heartbeats into a SQLite file.
    const killedLooksAlive = fixture().engine === 'sqlite' && fixture().release.name !== '21.4'
    expect(all).toMatchObject([
      {
        hostname: 'cond-1.example',
        conductorGroup: 'rack1',
        alive: true,
        online: true,
        drivers: ['fake-hardware', 'ipmi'],
      },
      {
        hostname: 'cond-2.example:8090',
        conductorGroup: '',
        alive: killedLooksAlive,
        online: true,
        drivers: ['ipmi'],
      },
      { hostname: 'cond-3.example', alive: false, online: false, drivers: [] },
    ])
    // To the millisecond where the column holds them.
    const precise = fixture().engine === 'mariadb' ? Math.floor(now / 1000) * 1000 : now
    if (fixture().engine !== 'postgresql') expect(all[0]?.updatedAt?.getTime()).toBe(precise)
    const withoutTimeout = await conductors.conductors(0)
    const online = fixture().release.name !== '21.4'
    expect(withoutTimeout.map(({ alive }) => alive)).toEqual([online, online, false])
  })

  it('tells whether the agent of a machine that has booted has called', async () => {
    const database = await open(fixture().readerUrl)
    const store = new MemoryBootEvents()
    const followUp = new BootFollowUp({
      nodes: database,
      store,
      server: 'api-1',
      intervalSeconds: 1,
      log: recordingLogger(),
    })
    const node_uuid = rows.waiting
    const script = { node_uuid, node_name: null, at: now }
    await store.append(
      packEvents([aBootEvent(script), aBootEvent({ ...script, node_uuid: rows.bare, provision_state: null })]),
    )
    await followUp.look(now)
    expect(store.all).toHaveLength(2)
    expect(await database.progress([rows.bare, 'none'])).toEqual([
      {
        ...{ uuid: rows.bare, name: null, provisionState: null, provisionUpdatedAt: null, lastError: null },
        ...{ agentHeartbeatAt: null },
      },
    ])
    const { write } = fixture().ironic
    const called = `${new Date(now + 1500).toISOString().slice(0, -1)}678`
    const written = { agent_last_heartbeat: called, agent_url: 'http://192.0.2.7:9999', agent_version: '9.4' }
    const changed = { provision_state: 'deploying', provision_updated_at: ironicTime(now + 2000, withMicroseconds()) }
    const change = (values: object) => write.updateTable('nodes').set(values).where('uuid', '=', node_uuid).execute()
    await change({ ...changed, driver_internal_info: JSON.stringify(written) })
    await followUp.look(now)
    expect(store.all.slice(2)).toMatchObject([
      { kind: 'heartbeat', at: now + 1500, node_uuid, node_name: 'node-01' },
      { kind: 'state', node_uuid, name: 'wait call-back to deploying', provision_state: 'deploying' },
    ])
    const late = (store.all.at(-1)?.at ?? 0) - now
    // Some engines keep whole seconds; never before the call.
    expect(late).toBeGreaterThanOrEqual(1500)
    expect(late).toBeLessThanOrEqual(2000)
    await change({ provision_state: 'wait call-back', driver_internal_info: null, provision_updated_at: null })
  })

  it('refuses to write, even for a user who may', async () => {
    const engine = await openEngine(parseConnectionUrl(fixture().url), { ...options, readOnly: true })
    onTestFinished(() => engine.close())
    const writes = Array.from({ length: 6 }, (_, i) =>
      engine.write
        .updateTable('nodes')
        .set({ name: `changed-${i}` })
        .where('uuid', '=', rows.waiting)
        .execute(),
    )
    const refused = { status: 'rejected', reason: { code: 'DatabaseUnavailable' } }
    expect(await Promise.allSettled(writes)).toMatchObject(writes.map(() => refused))
    await expect(sql`create table of_ours (a integer)`.execute(engine.migrate)).rejects.toMatchObject({
      code: 'DatabaseUnavailable',
    })
    await expect(
      engine.migrate.transaction().execute((trx) => trx.deleteFrom('ports').execute()),
    ).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
    const lookup = engine.prepare(sql`delete from ports`.compile(engine.read))
    await expect(lookup()).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
    if (fixture().engine === 'postgresql') {
      expect(await engine.refusesWrites?.()).toBe(true)
      expect(await fixture().ironic.refusesWrites?.()).toBe(false)
    }
    const { nodes } = await open(fixture().url)
    expect(await nodes.node(rows.waiting)).toMatchObject({ name: 'node-01', ports: [{}, {}] })
  })

  if (engine !== 'sqlite') {
    it('is sent nothing but SELECT', async () => {
      const { server, readerUrl, engine } = fixture()
      const record = await server().recordStatements()
      const database = await open(readerUrl)
      await useAll(database)
      await database.close()
      const { connections, statements } = await record.of('bootring')
      expect(connections).toBeGreaterThan(1)
      expect(statements.length).toBeGreaterThan(40)
      // MariaDB has no other way to forbid writing: once on each connection, and first.
      const allowed = engine === 'mariadb' ? ['set session transaction read only'] : []
      const others = statements.filter((text) => !/^select\s/i.test(text))
      expect(new Set(others)).toEqual(new Set(allowed))
      expect(others).toHaveLength(allowed.length * connections)
      // The record itself is able to see more than that.
      await sql`update nodes set name = 'other' where uuid = 'none'`.execute(fixture().ironic.write)
      expect((await record.of('tester')).statements.join('\n')).toMatch(/^update nodes/m)
    })

    it('refuses a user without the privilege, naming the table', async () => {
      const { server, readerUrl, url } = fixture()
      const name = url.split('/').at(-1)?.split('?')[0] ?? ''
      const from = fixture().engine === 'mariadb' ? "'bootring'@'%'" : 'bootring'
      const table = fixture().engine === 'mariadb' ? `${name}.ports` : 'ports'
      await server().administer(name, `REVOKE SELECT ON ${table} FROM ${from}`)
      const database = await open(readerUrl)
      await expect(database.checkSchema()).rejects.toMatchObject({
        code: 'DatabaseUnavailable',
        message: expect.stringMatching(/denied.*ports/),
      })
    })
  }

  // Last: there is no way back.
  it('a newer schema with more columns is fine, and logged; what is missing is named', async () => {
    const { ironic, url } = fixture()
    await sql`alter table nodes add column something_new text`.execute(ironic.write)
    await sql`alter table conductors add column alive integer`.execute(ironic.write)
    await sql`update alembic_version set version_num = 'ffffffffffff'`.execute(ironic.write)
    const logger = recordingLogger()
    const database = await open(url, logger)
    await database.checkSchema()
    expect(await database.release()).toBe('newer than 39.0')
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { schema: 'ffffffffffff' } }])
    await useAll(database)

    await sql`alter table nodes drop column deploy_interface`.execute(ironic.write)
    await sql`drop table conductor_hardware_interfaces`.execute(ironic.write)
    await expect(database.checkSchema()).rejects.toMatchObject({
      code: 'NotIronicsDatabase',
      message: expect.stringMatching(/missing: nodes\.deploy_interface, table conductor_hardware_interfaces: /),
    })
    await expect(database.conductors.conductors(60)).rejects.toMatchObject({ code: 'NotIronicsDatabase' })
    await sql`delete from alembic_version`.execute(ironic.write)
    await expect(database.release()).rejects.toMatchObject({ code: 'NotIronicsDatabase' })
  })
})
