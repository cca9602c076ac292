import { randomUUID } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import type { MacAddress } from '../../../src/model/mac.ts'
import type { NodeWithPorts } from '../../../src/model/node.ts'
import type { Database } from '../../../src/model/stores.ts'
import { eachDatabase } from '../../support/databases.ts'
import { fleetNode, mac } from '../../support/fleet-node.ts'

async function collect(nodes: AsyncIterable<NodeWithPorts>): Promise<NodeWithPorts[]> {
  return await Array.fromAsync(nodes)
}

eachDatabase((engine) => {
  let database: Database
  const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

  beforeAll(async () => {
    database = await engine.database()
    await database.fleet.apply(
      [
        fleetNode({
          uuid,
          name: 'rack1-n1',
          conductorGroup: 'Rack1',
          provisionState: 'wait call-back',
          driverInfo: {
            deploy_kernel: 'file:///vmlinuz',
            nested: { list: [1, 'two', null, true], text: 'ünï\u0000cöde 🚀' },
          },
          extra: { note: "it's" },
          ports: [
            { address: mac(2), pxeEnabled: false },
            { address: mac(1), pxeEnabled: true },
          ],
        }),
        fleetNode({
          name: undefined,
          provisionState: 'active',
          deployInterface: 'ramdisk',
          ports: [{ address: mac(3), pxeEnabled: true }],
        }),
        fleetNode({ name: 'plain-active', provisionState: 'active', deployInterface: 'direct' }),
        ...Array.from({ length: 7 }, (_, i) => fleetNode({ name: `spare${i}` })),
        fleetNode({ name: 'cleaning', provisionState: 'clean wait', ports: [{ address: mac(4), pxeEnabled: true }] }),
      ],
      { prune: false, dryRun: false },
    )
  })

  it('finds the node that owns a MAC', async () => {
    expect(await database.nodes.bootTarget(mac(2))).toEqual({
      nodeUuid: uuid,
      nodeName: 'rack1-n1',
      driver: 'fake-hardware',
      conductorGroup: 'rack1',
      provisionState: 'wait call-back',
    })
    expect(await database.nodes.bootTarget(mac(3))).toMatchObject({ nodeName: null, provisionState: 'active' })
  })

  it('tells what its connections do, where it has any', async () => {
    const asked = Promise.all(Array.from({ length: 200 }, () => database.nodes.bootTarget(mac(2))))
    const during = database.figures?.()
    await asked
    const after = database.figures?.()
    expect(after === undefined).toBe(engine.name === 'sqlite')
    if (during === undefined || after === undefined) return
    expect(during.waiting.lookups).toBeGreaterThan(0)
    expect(after).toMatchObject({ waiting: { lookups: 0, others: 0 }, silent: false })
    expect(after.connections.idle).toBeGreaterThan(0)
  })

  it('tells the states of many nodes', async () => {
    const [second] = (await collect(database.nodes.nodes())).filter(
      ({ deployInterface }) => deployInterface === 'ramdisk',
    )
    const unknown = Array.from({ length: 1200 }, () => randomUUID())
    const states = await database.nodes.nodeStates([uuid, ...unknown, second?.uuid as string])
    expect(states).toHaveLength(2)
    expect(states).toContainEqual({
      uuid,
      driver: 'fake-hardware',
      conductorGroup: 'rack1',
      bootInterface: 'ipxe',
      deployInterface: 'direct',
      provisionState: 'wait call-back',
    })
    expect(states).toContainEqual(expect.objectContaining({ uuid: second?.uuid, provisionState: 'active' }))
    expect(await database.nodes.nodeStates([])).toEqual([])
  })

  it('finds what was written within the same turn of the event loop', async () => {
    const apply = (provisionState: string) =>
      database.fleet.apply(
        [fleetNode({ name: 'spare0', provisionState, ports: [{ address: mac(9), pxeEnabled: true }] })],
        {
          prune: false,
          dryRun: false,
        },
      )
    for (const state of ['clean wait', 'inspect wait', 'available']) {
      const before = database.nodes.bootTarget(mac(9))
      await apply(state)
      expect((await database.nodes.bootTarget(mac(9)))?.provisionState).toBe(state)
      await before
    }
  })

  it('gives what a script is made of', async () => {
    expect(await database.nodes.bootNode(uuid)).toEqual({
      uuid,
      driver: 'fake-hardware',
      conductorGroup: 'rack1',
      bootInterface: 'ipxe',
      deployInterface: 'direct',
      provisionState: 'wait call-back',
      driverInfo: {
        deploy_kernel: 'file:///vmlinuz',
        nested: { list: [1, 'two', null, true], text: 'ünï\u0000cöde 🚀' },
      },
      instanceInfo: {},
      properties: {},
    })
    expect(await database.nodes.bootNode('00000000-0000-0000-0000-000000000000')).toBeUndefined()
  })

  it('finds nothing for a MAC that no port has', async () => {
    expect(await database.nodes.bootTarget(mac(99))).toBeUndefined()
    expect(await database.nodes.bootTarget("' or ''='" as MacAddress)).toBeUndefined()
  })

  it('gives a node whole, its ports by address', async () => {
    expect(await database.nodes.node(uuid)).toEqual({
      id: expect.any(Number),
      uuid,
      name: 'rack1-n1',
      driver: 'fake-hardware',
      conductorGroup: 'rack1',
      bootInterface: 'ipxe',
      deployInterface: 'direct',
      provisionState: 'wait call-back',
      driverInfo: {
        deploy_kernel: 'file:///vmlinuz',
        nested: { list: [1, 'two', null, true], text: 'ünï\u0000cöde 🚀' },
      },
      instanceInfo: {},
      driverInternalInfo: {},
      properties: {},
      bootMode: null,
      extra: { note: "it's" },
      ports: [
        { uuid: expect.any(String), address: mac(1), pxeEnabled: true, extra: {} },
        { uuid: expect.any(String), address: mac(2), pxeEnabled: false, extra: {} },
      ],
    })
    expect(await database.nodes.node('00000000-0000-0000-0000-000000000000')).toBeUndefined()
  })

  it('pages through all nodes, each once and in order', async () => {
    const whole = await collect(database.nodes.nodes())
    expect(whole).toHaveLength(11)
    expect(whole.map((node) => node.id)).toEqual(whole.map((node) => node.id).toSorted((a, b) => a - b))
    for (const pageSize of [1, 3, 10, 11, 12]) {
      expect(await collect(database.nodes.nodes(pageSize))).toEqual(whole)
    }
  })

  it('picks out those that have boot files', async () => {
    const nodes = await collect(database.nodes.nodesWithBootFiles(2))
    expect(nodes.map((node) => node.name)).toEqual(['rack1-n1', null, 'cleaning'])
    expect(nodes.map((node) => node.ports.length)).toEqual([2, 1, 1])
  })

  it('stops reading where its caller stops', async () => {
    for await (const node of database.nodes.nodes(2)) {
      expect(node.name).toBe('rack1-n1')
      break
    }
  })
})
