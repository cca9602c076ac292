import { beforeEach, describe, expect, it } from 'vitest'
import type { NodeWithPorts } from '../../../src/model/node.ts'
import type { Database, FleetChange, FleetNode } from '../../../src/model/stores.ts'
import { eachDatabase } from '../../support/databases.ts'
import { fleetNode, mac } from '../../support/fleet-node.ts'
import { rawConnection } from '../../support/raw-connection.ts'

const uuidA = 'aaaaaaaa-0000-4000-8000-000000000000'
const uuidB = 'bbbbbbbb-0000-4000-8000-000000000000'
const port = (number: number, pxeEnabled = true) => ({ address: mac(number), pxeEnabled })

eachDatabase((engine) => {
  let database: Database
  let url: string

  beforeEach(async () => {
    url = await engine.emptyUrl()
    database = await engine.open(url)
    await database.upgrade()
  })

  const apply = (fleet: FleetNode[], options: { prune?: boolean; dryRun?: boolean } = {}) =>
    database.fleet.apply(fleet, { prune: false, dryRun: false, ...options })
  const contents = async (): Promise<NodeWithPorts[]> => await Array.fromAsync(database.nodes.nodes())
  const actions = (changes: FleetChange[]) => changes.map((change) => change.action)

  /** Names and MACs of all nodes. */
  const summary = async () =>
    (await contents()).map((node) => [node.uuid, node.name, ...node.ports.map((one) => one.address)])

  it('creates what is missing, and leaves it alone afterwards', async () => {
    const fleet = [
      fleetNode({
        name: 'n1',
        driverInfo: { b: [1, { c: 2 }], a: 1 },
        conductorGroup: 'RACK',
        ports: [port(1), port(2, false)],
      }),
      fleetNode({ uuid: uuidA, provisionState: 'wait call-back' }),
    ]
    const created = await apply(fleet)
    expect(created).toEqual([
      { action: 'created', uuid: expect.stringMatching(/^[0-9a-f-]{36}$/), name: 'n1', fields: [] },
      { action: 'created', uuid: uuidA, name: null, fields: [] },
    ])
    const before = await contents()
    expect(before).toMatchObject([
      { provisionState: 'available', conductorGroup: 'rack', ports: [{ pxeEnabled: true }, { pxeEnabled: false }] },
      { provisionState: 'wait call-back' },
    ])
    // The same again, keys in another order.
    const [first, second] = fleet as [FleetNode, FleetNode]
    const again = await apply([{ ...first, driverInfo: { a: 1, b: [1, { c: 2 }] } }, second])
    expect(again.map((change) => [change.action, change.uuid])).toEqual(created.map((one) => ['unchanged', one.uuid]))
    expect(await contents()).toEqual(before)
  })

  it('says how far it is', async () => {
    const written: [number, number][] = []
    const load = async (fleet: FleetNode[]) => {
      written.length = 0
      await database.fleet.apply(fleet, {
        prune: false,
        dryRun: false,
        onWritten: (done, total) => written.push([done, total]),
      })
      return written
    }
    const fleet = Array.from({ length: 450 }, (_, index) => fleetNode({ name: `n${index}`, ports: [port(index)] }))
    expect(await load(fleet)).toEqual([200, 400, 450, 650, 850, 900].map((done) => [done, 900]))
    expect(await load([fleetNode({ name: 'n0', driver: 'ipmi', ports: [port(0, false)] }), ...fleet.slice(1)])).toEqual(
      [
        [1, 2],
        [2, 2],
      ],
    )
    expect(await load(fleet.slice(1))).toEqual([])
  })

  it('changes what differs, and names it', async () => {
    await apply([fleetNode({ uuid: uuidA, name: 'n1', provisionState: 'active', ports: [port(1), port(2)] })])
    const changes = await apply([
      fleetNode({
        uuid: uuidA,
        name: 'n2',
        driver: 'ipmi',
        bootInterface: null,
        properties: { cpu_arch: 'x86_64' },
        ports: [port(2, false), port(3)],
      }),
    ])
    expect(changes).toEqual([
      {
        action: 'changed',
        uuid: uuidA,
        name: 'n2',
        fields: ['name', 'driver', 'boot_interface', 'properties', 'ports'],
      },
    ])
    expect(await contents()).toMatchObject([
      {
        name: 'n2',
        driver: 'ipmi',
        bootInterface: null,
        // The file does not name a state, so the node keeps its own.
        provisionState: 'active',
        properties: { cpu_arch: 'x86_64' },
        ports: [{ address: mac(2), pxeEnabled: false }, { address: mac(3) }],
      },
    ])
    expect(
      await apply([
        fleetNode({
          uuid: uuidA,
          name: 'n2',
          driver: 'ipmi',
          bootInterface: null,
          provisionState: 'clean wait',
          properties: { cpu_arch: 'x86_64' },
          ports: [port(2, false), port(3)],
        }),
      ]),
    ).toMatchObject([{ action: 'changed', fields: ['provision_state'] }])
  })

  it('knows a node by its name, and else by one of its MACs', async () => {
    const [first] = await apply([fleetNode({ name: 'n1', ports: [port(1), port(2)] })])
    expect(await apply([fleetNode({ name: 'n1', ports: [port(1), port(2)] })])).toMatchObject([
      { action: 'unchanged', uuid: first?.uuid },
    ])
    expect(await apply([fleetNode({ ports: [port(2), port(5)] })])).toMatchObject([
      { action: 'changed', uuid: first?.uuid, name: 'n1', fields: ['ports'] },
    ])
    expect(await apply([fleetNode({ name: 'renamed', ports: [port(2), port(5)] })])).toMatchObject([
      { action: 'changed', uuid: first?.uuid, name: 'renamed', fields: ['name'] },
    ])
  })

  it('lets names and MACs change hands within the fleet', async () => {
    await apply([
      fleetNode({ uuid: uuidA, name: 'n1', ports: [port(1), port(2)] }),
      fleetNode({ uuid: uuidB, name: 'n2', ports: [port(3)] }),
    ])
    const changes = await apply([
      fleetNode({ uuid: uuidA, name: 'n2', ports: [port(3)] }),
      fleetNode({ uuid: uuidB, name: 'n1', ports: [port(1), port(2)] }),
    ])
    expect(changes).toMatchObject([{ fields: ['name', 'ports'] }, { fields: ['name', 'ports'] }])
    expect(await summary()).toEqual([
      [uuidA, 'n2', mac(3)],
      [uuidB, 'n1', mac(1), mac(2)],
    ])
    // One half of a node becomes a node of its own.
    await apply([
      fleetNode({ uuid: uuidA, name: 'n2', ports: [port(3)] }),
      fleetNode({ uuid: uuidB, name: 'n1', ports: [port(1)] }),
      fleetNode({ name: 'n3', ports: [port(2)] }),
    ])
    expect((await summary()).map(([, ...rest]) => rest)).toEqual([
      ['n2', mac(3)],
      ['n1', mac(1)],
      ['n3', mac(2)],
    ])
  })

  it('removes what the fleet does not name only when told to', async () => {
    await apply([fleetNode({ name: 'n1', ports: [port(1)] }), fleetNode({ name: 'n2', ports: [port(2)] })])
    expect(actions(await apply([fleetNode({ name: 'n2', ports: [port(2)] })]))).toEqual(['unchanged'])
    // What goes makes room at once: the MAC and the name of n1 belong to a new node now.
    const changes = await apply(
      [fleetNode({ name: 'n2', ports: [port(2)] }), fleetNode({ uuid: uuidA, name: 'n1', ports: [port(1)] })],
      { prune: true },
    )
    expect(actions(changes)).toEqual(['unchanged', 'created', 'removed'])
    expect((await summary()).map(([, ...rest]) => rest)).toEqual([
      ['n2', mac(2)],
      ['n1', mac(1)],
    ])
    expect(actions(await apply([], { prune: true }))).toEqual(['removed', 'removed'])
    expect(await contents()).toEqual([])
    expect(await database.nodes.bootTarget(mac(1))).toBeUndefined()
  })

  it('a dry run says the same and changes nothing', async () => {
    await apply([fleetNode({ uuid: uuidA, name: 'n1', ports: [port(1)] }), fleetNode({ name: 'old' })])
    const before = await contents()
    const fleet = [fleetNode({ uuid: uuidA, name: 'n2', ports: [port(2)] }), fleetNode({ uuid: uuidB })]
    const foretold = await apply(fleet, { prune: true, dryRun: true })
    expect(actions(foretold)).toEqual(['changed', 'created', 'removed'])
    expect(await contents()).toEqual(before)
    expect(await apply(fleet, { prune: true })).toEqual(foretold)
  })

  describe('refuses the whole fleet when', () => {
    beforeEach(async () => {
      await apply([fleetNode({ uuid: uuidA, name: 'outsider', ports: [port(1)] })])
    })

    const refused: [string, FleetNode[], RegExp][] = [
      [
        'a MAC belongs to a node outside',
        [fleetNode({ name: 'n1' }), fleetNode({ uuid: uuidB, name: 'n2', ports: [port(7), port(1)] })],
        new RegExp(`^nodes\\[1\\]\\.ports\\[1\\]\\.address \\(n2\\): ${mac(1)} belongs to node outsider`),
      ],
      [
        'a name belongs to a node outside',
        [fleetNode({ name: 'n1' }), fleetNode({ uuid: uuidB, name: 'outsider' })],
        /^nodes\[1\]\.name \(outsider\): outsider belongs to node outsider/,
      ],
      [
        'two entries have one name',
        [fleetNode({ name: 'n1' }), fleetNode({ name: 'n1' })],
        /^nodes\[1\]\.name \(n1\): n1 is also that of nodes\[0\]/,
      ],
      [
        'two entries have one UUID',
        [fleetNode({ uuid: uuidB, name: 'n1' }), fleetNode({ uuid: uuidB, name: 'n2' })],
        /^nodes\[1\]\.uuid \(n2\): /,
      ],
      [
        'two entries have one MAC',
        [fleetNode({ name: 'n1', ports: [port(5)] }), fleetNode({ name: 'n2', ports: [port(6), port(5)] })],
        /^nodes\[1\]\.ports\[1\]\.address \(n2\): /,
      ],
      [
        'a new name is kept by another entry that names none',
        [fleetNode({ uuid: uuidA, ports: [port(1)] }), fleetNode({ uuid: uuidB, name: 'outsider' })],
        /^nodes\[1\]\.name \(outsider\): outsider is also that of nodes\[0\]/,
      ],
    ]
    it.each(refused)('%s', async (_, fleet, message) => {
      const before = await contents()
      await expect(apply(fleet)).rejects.toMatchObject({
        code: 'FleetConflict',
        message: expect.stringMatching(message),
      })
      await expect(apply(fleet, { dryRun: true })).rejects.toMatchObject({ code: 'FleetConflict' })
      expect(await contents()).toEqual(before)
    })
  })

  it('changes nothing when it fails half-way', async () => {
    {
      // A rule that only the database knows, and that the last of many rows breaks.
      await using raw = await rawConnection(url)
      await raw.db.schema
        .createIndex('one_of_each')
        .unique()
        .on('nodes')
        .columns(['driver', 'conductor_group'])
        .execute()
    }
    const fleet = Array.from({ length: 500 }, (_, i) => fleetNode({ name: `n${i}`, driver: `d${i}`, ports: [port(i)] }))
    fleet.push(fleetNode({ name: 'bad', driver: 'd0' }))
    await expect(apply(fleet)).rejects.toMatchObject({ code: 'FleetConflict' })
    expect(await contents()).toEqual([])
    // And the database is as usable as before.
    expect(actions(await apply(fleet.slice(0, 1)))).toEqual(['created'])
  })

  it('two hosts that load the same fleet at once agree', async () => {
    const other = await engine.open(url)
    const fleet = Array.from({ length: 50 }, (_, i) => fleetNode({ name: `n${i}`, ports: [port(i)] }))
    const results = await Promise.all(
      [database, other, database, other].map((one) => one.fleet.apply(fleet, { prune: true, dryRun: false })),
    )
    const counts = results.map((changes) => actions(changes).filter((action) => action === 'created').length)
    expect(counts.toSorted()).toEqual([0, 0, 0, 50])
    expect(await contents()).toHaveLength(50)
  })

  it('loads 3,000 nodes, and all of them again', async () => {
    const fleet = Array.from({ length: 3_000 }, (_, i) =>
      fleetNode({
        name: `n${i}`,
        driverInfo: { deploy_kernel: 'file:///vmlinuz' },
        ports: [port(2 * i), port(2 * i + 1)],
      }),
    )
    expect(new Set(actions(await apply(fleet)))).toEqual(new Set(['created']))
    expect(new Set(actions(await apply(fleet)))).toEqual(new Set(['unchanged']))
    const moved = fleet.map((node) => ({ ...node, provisionState: 'clean wait' }))
    expect(new Set(actions(await apply(moved)))).toEqual(new Set(['changed']))
  })
})
