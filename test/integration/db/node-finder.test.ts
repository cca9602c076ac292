import { beforeAll, expect, it } from 'vitest'
import { parseConnectionUrl } from '../../../src/db/connection-url.ts'
import { openEngine } from '../../../src/db/engines/open-engine.ts'
import type { NodeSearch } from '../../../src/model/node-finder.ts'
import type { Database } from '../../../src/model/stores.ts'
import { eachDatabase } from '../../support/databases.ts'
import { fleetNode, mac } from '../../support/fleet-node.ts'

const uuidOf = (number: number) => `${number.toString(16).padStart(8, 'a')}-0000-4000-8000-00000000000${number}`

eachDatabase((engine) => {
  let database: Database
  let url: string

  beforeAll(async () => {
    url = await engine.emptyUrl()
    database = await engine.open(url)
    await database.upgrade()
    await database.fleet.apply(
      [
        fleetNode({ uuid: uuidOf(1), name: 'Rack1-n1', ports: [{ address: mac(1), pxeEnabled: true }] }),
        fleetNode({ uuid: uuidOf(2), name: 'rack1-n2', provisionState: 'clean wait', conductorGroup: 'Rack1' }),
        fleetNode({
          uuid: uuidOf(3),
          name: 'odd_100%',
          ports: [
            { address: mac(0xab_cd), pxeEnabled: true },
            { address: mac(2), pxeEnabled: false },
          ],
        }),
        fleetNode({ uuid: uuidOf(4), name: undefined, provisionState: 'active', driver: 'ipmi', bootInterface: 'pxe' }),
      ],
      { prune: false, dryRun: false },
    )
  })

  const found = async (search: NodeSearch, limit = 100) =>
    (await database.finder.find(search, limit)).map(({ uuid }) => Number(uuid.at(-1)))

  it.each([
    ['RACK1', [1, 2]],
    ['n1', [1]],
    ['_100%', [3]],
    ['%', [3]],
    ['', [1, 2, 3, 4]],
    ['aaaaaaa1', [1]],
    ['AAAAAAA2-00', [2]],
    ['aaaaaaa20000', [2]],
    [uuidOf(4).toUpperCase(), [4]],
    [uuidOf(4).replaceAll('-', ''), [4]],
    ['52:54', [1, 3]],
    ['5254.0000.ab', [3]],
    ['52540000ab', [3]],
    ['52-54-00-00-AB-CD', [3]],
    ['52:54:00:00:00:01', [1]],
    ['52:54:00:00:00:0', [1, 3]],
    ['52:54:00:00:00:09', []],
    ['nothing', []],
  ])('finds nodes by %j', async (text, numbers) => {
    expect(await found({ text })).toEqual(numbers)
  })

  it('finds nodes by state, in pages', async () => {
    expect(await found({ provisionState: 'clean wait' })).toEqual([2])
    expect(await found({ provisionState: 'available' })).toEqual([1, 3])
    const [first, second] = await database.finder.find({}, 2)
    expect(await found({ afterId: first?.id }, 2)).toEqual([2, 3])
    expect(await found({ afterId: second?.id })).toEqual([3, 4])
    expect(second).toMatchObject({
      name: 'rack1-n2',
      driver: 'fake-hardware',
      conductorGroup: 'rack1',
      provisionState: 'clean wait',
      maintenance: false,
      lastError: null,
    })
  })

  it('finds and counts nodes by maintenance, error, driver and boot interface', async () => {
    const { close, dialect, write } = await openEngine(parseConnectionUrl(url), {
      maxPoolSize: 1,
      poolTimeoutSeconds: 10,
    })
    const change = { maintenance: dialect.boolean(true), last_error: 'no power' }
    await write.updateTable('nodes').set(change).where('uuid', '=', uuidOf(2)).execute()
    await write.updateTable('nodes').set({ last_error: 'no agent' }).where('uuid', '=', uuidOf(4)).execute()
    await close()
    expect(await found({ maintenance: true })).toEqual([2])
    expect(await found({ maintenance: false })).toEqual([1, 3, 4])
    expect(await found({ withError: true })).toEqual([2, 4])
    expect(await found({ withError: false })).toEqual([1, 3])
    expect(await found({ driver: 'ipmi' })).toEqual([4])
    expect(await found({ driver: 'fake-hardware', bootInterface: 'ipxe', maintenance: true })).toEqual([2])
    expect(await found({ bootInterface: 'pxe' })).toEqual([4])
    expect(await found({ bootInterface: 'p\0xe' })).toEqual([])
    expect(await database.finder.counts()).toEqual({
      maintenance: 1,
      withError: 2,
      drivers: [
        { name: 'fake-hardware', nodes: 3 },
        { name: 'ipmi', nodes: 1 },
      ],
      bootInterfaces: [
        { name: 'ipxe', nodes: 3 },
        { name: 'pxe', nodes: 1 },
      ],
    })
  })

  it('finds one node, its addresses and how many are in each state', async () => {
    const third = await database.finder.one('odd_100%')
    expect(await database.finder.one(uuidOf(3))).toEqual(third)
    expect(await database.finder.one('odd')).toBeUndefined()
    expect(await database.finder.macs([third?.id ?? 0, 999])).toEqual(new Map([[third?.id, [mac(2), mac(0xab_cd)]]]))
    expect(await database.finder.macs([])).toEqual(new Map())
    const states = await database.finder.states()
    expect(states.toSorted((a, b) => (a.provisionState ?? '').localeCompare(b.provisionState ?? ''))).toEqual([
      { provisionState: 'active', nodes: 1 },
      { provisionState: 'available', nodes: 2 },
      { provisionState: 'clean wait', nodes: 1 },
    ])
  })
})
