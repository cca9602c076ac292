import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  columnsOf,
  type Fields,
  nodeFields,
  portFields,
  portgroupFields,
} from '../../../src/db/records/record-fields.ts'
import type { ConductorSession } from '../../../src/model/conductor.ts'
import type { ManagementReader, ManagementWriter, NodeFilter, PageQuery } from '../../../src/model/management-stores.ts'
import type { NewNode, NodeRecord } from '../../../src/model/records.ts'
import type { Database } from '../../../src/model/stores.ts'
import { type EngineName, eachDatabase } from '../../support/databases.ts'
import { statementsOf } from '../../support/driver-statements.ts'
import { mac } from '../../support/fleet-node.ts'
import { queryPlan } from '../../support/query-plan.ts'
import { rawConnection } from '../../support/raw-connection.ts'

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const nodeCount = 60

/** Of a list, the one that the number chooses; lists of different lengths mix the values. */
const pick = <T>(values: readonly T[], number: number): T => values[number % values.length] as T

/** Words that engines, left to themselves, sort each in its own way. */
const words = ['a', 'B', 'b', 'A', 'ä', 'Z', 'a-b', 'aB', 'ab', '1', '10', '9', '_', '🚀', '\uffee'] as const

function someNode(number: number): NewNode {
  // In no order.
  const shuffled = (number * 37) % nodeCount
  return {
    uuid: uuid(shuffled),
    name: pick([null, `n${shuffled}`, `N${shuffled}`, `n-${shuffled}`], number),
    driver: pick(['fake-hardware', 'manual-management'], number),
    owner: pick([null, ...words], number),
    lessee: pick([...words, null], shuffled),
    resource_class: pick(words, shuffled),
    conductor_group: pick(['', 'rack-1', 'rack-2'], number),
    provision_state: pick(['active', 'available', 'enroll', 'manageable', null], number),
    target_provision_state: pick([null, 'active', 'manageable'], shuffled),
    maintenance: number % 3 === 0,
    retired: number % 7 === 0,
    automated_clean: pick([null, true, false], number),
    instance_uuid: pick([null, null, uuid(1000 + number)], number),
    inspection_started_at: pick([null, new Date(Date.UTC(2026, 1, 1 + (shuffled % 5)))], number),
    fault: pick([null, null, 'power failure'], number),
    shard: pick([null, 's1', 's2'], shuffled),
    parent_node: pick([null, null, null, uuid(1)], number),
    description: pick([null, 'Rack 1, 50% used', 'rack_2', 'RACK 1', 'x!y'], number),
  }
}

/** As all engines should: nulls before all, text by its UTF-8. */
function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return Number(a) - Number(b)
}

function inOrder<R extends { id: number }>(rows: R[], key: keyof R, descending: boolean): R[] {
  const sorted = rows.toSorted((a, b) => compare(a[key], b[key]) || a.id - b.id)
  return descending ? sorted.reverse() : sorted
}

function sortable<R>(fields: Fields<R>): (keyof R & string)[] {
  return columnsOf(fields).filter((column) => fields[column] !== 'json')
}

const filters: [NodeFilter, (node: NodeRecord) => boolean][] = [
  [{}, () => true],
  [{ maintenance: true }, (node) => node.maintenance],
  [{ maintenance: false }, (node) => !node.maintenance],
  [{ retired: true, driver: 'fake-hardware' }, (node) => node.retired && node.driver === 'fake-hardware'],
  [{ associated: true }, (node) => node.instance_uuid !== null],
  [{ associated: false }, (node) => node.instance_uuid === null],
  [{ instance_uuid: uuid(1002) }, (node) => node.instance_uuid === uuid(1002)],
  [{ provision_states: ['active', 'enroll'] }, (node) => ['active', 'enroll'].includes(node.provision_state ?? '')],
  [{ provision_states: [] }, () => false],
  [{ uuids: [uuid(3), uuid(5), uuid(4711)] }, (node) => [uuid(3), uuid(5)].includes(node.uuid)],
  [{ resource_class: 'ab' }, (node) => node.resource_class === 'ab'],
  [{ conductor_group: 'RACK-1' }, (node) => node.conductor_group === 'rack-1'],
  [{ fault: 'power failure' }, (node) => node.fault !== null],
  [{ owner: 'a' }, (node) => node.owner === 'a'],
  [{ lessee: 'ä' }, (node) => node.lessee === 'ä'],
  [{ description_contains: 'rack 1' }, (node) => /rack 1/i.test(node.description ?? '')],
  [{ description_contains: '50%' }, (node) => (node.description ?? '').includes('50%')],
  [{ description_contains: 'K_' }, (node) => (node.description ?? '').includes('k_')],
  [{ description_contains: '!' }, (node) => (node.description ?? '').includes('!')],
  [{ description_contains: "'" }, () => false],
  [{ shards: ['s1'] }, (node) => node.shard === 's1'],
  [{ sharded: true }, (node) => node.shard !== null],
  [{ sharded: false }, (node) => node.shard === null],
  [{ parent_node: uuid(1) }, (node) => node.parent_node !== null],
  [{ include_children: false }, (node) => node.parent_node === null],
  [{ include_children: true }, () => true],
  [{ after_id: 3 }, (node) => node.id > 3],
  [{ reserved: true }, (node) => node.reservation !== null],
  [{ reserved: false }, (node) => node.reservation === null],
  [{ under_way: true }, (node) => node.target_provision_state !== null],
  [{ provisioned_before_seconds: 3600 }, (node) => [uuid(7), uuid(8)].includes(node.uuid)],
]

/** Of each engine, what has names in the order of their bytes. */
const nameIndex: Record<EngineName, string> = {
  sqlite: 'sqlite_autoindex_nodes_3',
  postgresql: 'bootring_nodes_name_idx',
  mariadb: 'uniq_nodes0name',
}

async function allPages<R extends { uuid: string }>(
  list: (page: PageQuery) => Promise<R[]>,
  page: Omit<PageQuery, 'marker'>,
  between: () => Promise<void> = async () => {},
): Promise<R[]> {
  const all: R[] = []
  for (let marker: string | undefined; ; marker = all.at(-1)?.uuid) {
    const rows = await list({ ...page, marker })
    expect(rows.length).toBeLessThanOrEqual(page.limit)
    all.push(...rows)
    if (rows.length < page.limit) return all
    await between()
  }
}

describe('a fleet of random nodes', { retry: 0 }, () => {
  eachDatabase((engine) => {
    let url: string
    let database: Database
    let management: ManagementReader & ManagementWriter
    let session: ConductorSession
    let everyNode: NodeRecord[]

    beforeAll(async () => {
      url = await engine.emptyUrl()
      database = await engine.open(url)
      await database.upgrade()
      management = database.management
      session = await database.conductors.register('cond-1', '', [])
      for (let number = 0; number < nodeCount; number++) await management.createNode(someNode(number), session)
      for (let number = 0; number < 20; number++) {
        await database.reservations.reserve(uuid(number), session)
        const portgroup = {
          uuid: uuid(2000 + number),
          name: pick([null, `g${number}`], number),
          mode: pick(words, number),
        }
        await management.createPortgroup(uuid(number), session, portgroup)
        const row = await management.portgroup(portgroup.uuid)
        for (const [place, address] of [mac(2 * number), mac(1000 - number)].entries()) {
          await management.createPort(uuid(number), session, {
            uuid: uuid(3000 + 10 * number + place),
            address,
            portgroup_id: place === 0 ? (row?.id ?? null) : null,
            physical_network: pick([null, ...words], number + place),
          })
        }
      }
      await using raw = await rawConnection(url)
      const update = raw.db.updateTable('nodes')
      await update.set({ provision_updated_at: raw.dialect.now() }).where('uuid', '<', uuid(10)).execute()
      const longAgo = raw.dialect.secondsAgo(7200)
      await update
        .set({ provision_updated_at: longAgo })
        .where('uuid', 'in', [uuid(7), uuid(8)])
        .execute()
      // As a release before the column left it.
      await update.set({ maintenance: null }).where('uuid', '=', uuid(2)).execute()
      const found = Array.from({ length: nodeCount }, (_, number) => management.node(uuid(number)))
      everyNode = (await Promise.all(found)).filter((node) => node !== undefined)
      expect(everyNode).toHaveLength(nodeCount)
    })

    it('pages of nodes are whole, and in the same order on every engine', async () => {
      // Engines keep the time of a row to the microsecond, and null of old apart from false: more than its record says.
      const hidden = ['maintenance', 'created_at', 'updated_at', 'provision_updated_at']
      const keys = sortable(nodeFields).filter((key) => !hidden.includes(key))
      const uuids = (nodes: NodeRecord[]) => nodes.map((node) => node.uuid)
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...keys),
          fc.boolean(),
          fc.integer({ min: 1, max: nodeCount + 1 }),
          fc.constantFrom(...filters),
          async (sortKey, descending, limit, [filter, matches]) => {
            const pages = await allPages((page) => management.nodes(filter, page), { limit, sortKey, descending })
            expect(uuids(pages)).toEqual(uuids(inOrder(everyNode.filter(matches), sortKey, descending)))
          },
        ),
        { numRuns: 80 },
      )
    })

    it.each(filters)('%o', async (filter, matches) => {
      const found = await management.nodes(filter, { limit: 1000, sortKey: 'id', descending: false })
      expect(found).toEqual(inOrder(everyNode.filter(matches), 'id', false))
    })

    it('reads of a list no more columns than are asked for', async () => {
      const page = { limit: 5, sortKey: 'name', descending: true }
      const rows = await management.nodes({}, page)
      const asked = await statementsOf(async () => {
        const some = rows.map(({ conductor_group, driver, extra, id, retired, uuid }) => ({
          conductor_group,
          driver,
          extra,
          id,
          retired,
          uuid,
        }))
        expect(await management.nodes({}, page, ['retired', 'extra'])).toEqual(some)
      })
      expect(asked.map((statement) => statement.sql).join('\n')).not.toMatch(/properties|driver_info|provision_state/)
    })

    it('sorts a larger fleet by name along an index', async () => {
      const largeUrl = await engine.emptyUrl()
      const large = await engine.open(largeUrl)
      await large.upgrade()
      await using raw = await rawConnection(largeUrl)
      const common = { driver: 'd', conductor_group: '', protected: raw.dialect.boolean(false) }
      // So many that no planner takes reading and sorting them all for the shorter way; by name in another order.
      const count = 3000
      const row = (number: number) => ({ ...common, uuid: uuid(number), name: `n${(number * 7919) % count}` })
      const rows = Array.from({ length: count }, (_, number) => row(number))
      await raw.db.insertInto('nodes').values(rows).execute()
      if (engine.name === 'postgresql') await sql`analyze nodes`.execute(raw.db)
      for (const descending of [false, true]) {
        for (const marker of [undefined, uuid(17)]) {
          const page = { limit: 10, sortKey: 'name', descending, marker }
          const asked = await statementsOf(() => large.management.nodes({ include_children: false }, page))
          const sorted = asked.find((statement) => /order by \S+name/.test(statement.sql))
          expect(await queryPlan(raw.db, engine.name, sorted)).toContain(nameIndex[engine.name])
        }
      }
    })

    it('each sortable column, in both directions', async () => {
      for (const sortKey of sortable(nodeFields)) {
        for (const descending of [false, true]) {
          const [whole, parts] = await Promise.all([
            management.nodes({}, { limit: 1000, sortKey, descending }),
            allPages((page) => management.nodes({}, page), { limit: descending ? 25 : 17, sortKey, descending }),
          ])
          expect(whole).toHaveLength(nodeCount)
          expect(parts).toEqual(whole)
        }
      }
    })

    it('pages of ports and portgroups', async () => {
      const whole = { limit: 1000, sortKey: 'id', descending: false }
      const ports = await management.ports({}, whole)
      const portgroups = await management.portgroups({}, whole)
      expect([ports.length, portgroups.length]).toEqual([40, 20])
      for (const descending of [false, true]) {
        for (const sortKey of sortable(portFields).filter((key) => key !== 'created_at')) {
          const pages = await allPages((page) => management.ports({}, page), { limit: 7, sortKey, descending })
          expect(pages).toEqual(inOrder(ports, sortKey, descending))
        }
        for (const sortKey of sortable(portgroupFields).filter((key) => key !== 'created_at')) {
          const pages = await allPages((page) => management.portgroups({}, page), { limit: 3, sortKey, descending })
          expect(pages).toEqual(inOrder(portgroups, sortKey, descending))
        }
      }
    })

    it('ports and portgroups by whose they are', async () => {
      const page = { limit: 1000, sortKey: 'id', descending: false }
      const node = await management.node(uuid(4))
      const portgroup = await management.portgroup(uuid(2004))
      expect(portgroup).toMatchObject({ node_uuid: uuid(4), node_id: node?.id })
      const uuids = async (list: Promise<{ uuid: string }[]>) => (await list).map((row) => row.uuid)
      const ofNode = await management.ports({ node_id: node?.id ?? 0 }, page)
      expect(ofNode).toMatchObject([
        { uuid: uuid(3040), node_uuid: uuid(4), portgroup_uuid: uuid(2004), address: mac(8) },
        { uuid: uuid(3041), node_uuid: uuid(4), portgroup_uuid: null },
      ])
      expect(await uuids(management.ports({ portgroup_id: portgroup?.id ?? 0 }, page))).toEqual([uuid(3040)])
      expect(await uuids(management.ports({ addresses: [mac(8), mac(996), mac(4711)] }, page))).toEqual([
        uuid(3040),
        uuid(3041),
      ])
      expect(await management.ports({ addresses: [] }, page)).toEqual([])
      const inShard = everyNode.filter((one) => one.shard === 's1' && one.uuid < uuid(20))
      expect(new Set((await management.ports({ shards: ['s1'] }, page)).map((port) => port.node_uuid))).toEqual(
        new Set(inShard.map((one) => one.uuid)),
      )
      expect(await uuids(management.portgroups({ node_id: node?.id ?? 0 }, page))).toEqual([uuid(2004)])
      expect(await uuids(management.portgroups({ address: mac(1) }, page))).toEqual([])
    })

    it('one row, by each of its names', async () => {
      const named = everyNode.find((node) => node.name?.startsWith('N'))
      expect(await management.node(named?.name ?? '')).toEqual(named)
      expect(await management.node((named?.name ?? '').toLowerCase())).toBeUndefined()
      expect(await management.node(uuid(4711))).toBeUndefined()
      expect(await management.nodeById(named?.id ?? 0)).toEqual(named)
      expect(await management.nodeById(4711)).toBeUndefined()
      const port = await management.port(uuid(3040))
      expect(port).toMatchObject({ address: mac(8) })
      expect(await management.port(mac(8).toUpperCase())).toEqual(port)
      expect(await management.port(mac(8).replaceAll(':', '-'))).toBeUndefined()
      expect(await management.portgroup('g1')).toMatchObject({ uuid: uuid(2001) })
      expect(await management.portgroup('g2')).toBeUndefined()
    })

    it('refuses what is no column to sort by, and a marker that is not there', async () => {
      const first = { limit: 1, sortKey: 'id', descending: false }
      const invalid = { code: 'InvalidParameter' }
      for (const sortKey of [
        'nope',
        'driver_info',
        'id; drop table nodes',
        '',
        '__proto__',
        'constructor',
        'version',
      ]) {
        await expect(management.nodes({}, { ...first, sortKey })).rejects.toMatchObject(invalid)
      }
      await expect(management.ports({}, { ...first, sortKey: 'node_uuid' })).rejects.toMatchObject(invalid)
      await expect(management.nodes({}, { ...first, marker: uuid(4711) })).rejects.toMatchObject(invalid)
      await expect(management.ports({}, { ...first, marker: uuid(1) })).rejects.toMatchObject(invalid)
      await expect(management.nodes({}, { ...first, marker: "' or 1=1 --" })).rejects.toMatchObject(invalid)
    })

    it('rows that stay are on some page, and on one only, whatever comes and goes meanwhile', async () => {
      let next = 0
      const between = async () => {
        next += 1
        await management.createNode(
          { uuid: uuid(5000 + next), driver: 'd', name: pick([null, `m${next}`], next) },
          session,
        )
        if (next % 2 === 1) return
        const gone = uuid(5000 + next - 1)
        await database.reservations.reserve(gone, session)
        await management.destroyNode(gone, session)
      }
      for (const descending of [false, true]) {
        const page = { limit: 5, sortKey: 'name', descending }
        // A marker that goes is refused: so only those that stay are markers here.
        const seen = await allPages(
          (query) => management.nodes({ uuids: everyNode.map((node) => node.uuid) }, query),
          page,
          between,
        )
        expect(seen.map((node) => node.uuid)).toEqual(inOrder(everyNode, 'name', descending).map((node) => node.uuid))
      }
    })
  })

  eachDatabase(
    (engine) => {
      it('sorts text by its bytes, whatever order the database itself is made for', async () => {
        const icu = `create database english template template0 locale_provider icu icu_locale 'en-US' encoding 'UTF8'`
        await engine.server().administer('postgres', icu)
        const database = await engine.open(engine.server().url('english'))
        await database.upgrade()
        const session = await database.conductors.register('cond-1', '', [])
        for (const [number, owner] of words.entries()) {
          await database.management.createNode({ uuid: uuid(number), driver: 'd', owner }, session)
        }
        const list = (page: PageQuery) => database.management.nodes({}, page)
        const pages = await allPages(list, { limit: 2, sortKey: 'owner', descending: false })
        expect(pages.map((node) => node.owner)).toEqual([...words].sort(compare))
      })
    },
    ['postgresql'],
  )
})
