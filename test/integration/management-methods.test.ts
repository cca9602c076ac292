import { beforeEach, expect, it } from 'vitest'
import type { JsonObject } from '../../src/model/node.ts'
import type { Database } from '../../src/model/stores.ts'
import { eachDatabase } from '../support/databases.ts'
import { ManagementConductor } from '../support/management-conductor.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const portUuid = '5d6d9c1a-8a6c-4a5e-9d3a-0f1c2b3a4d5e'
const groupUuid = '9f3c7b1e-2d4a-4f6b-8c1d-7e5a3b2c1d0f'

eachDatabase((engine) => {
  let url: string
  let database: Database
  /** Two conductors, each with a connection of its own, either of which may be asked. */
  let conductors: [ManagementConductor, ManagementConductor]

  beforeEach(async () => {
    url = await engine.emptyUrl()
    database = await engine.open(url)
    await database.upgrade()
    const attempts = 2_000
    conductors = [
      await ManagementConductor.register(database, { hostname: 'c1', attempts }),
      await ManagementConductor.register(await engine.open(url), { hostname: 'c2', attempts }),
    ]
  })

  const patch = (conductor: ManagementConductor, ...operations: JsonObject[]) =>
    conductor.call('update_node', { node_id: uuid, patch: operations })

  it('a node is created, given ports, patched, switched and deleted, by whichever conductor', async () => {
    const [first, second] = conductors
    await first.call('create_node', { node: { uuid, driver: 'fake-hardware', name: 'n1', traits: ['CUSTOM_A'] } })
    await second.call('create_portgroup', { node_id: uuid, portgroup: { uuid: groupUuid, name: 'bond0' } })
    const port = { uuid: portUuid, address: '52:54:00:12:34:56', portgroup_uuid: groupUuid, physical_network: 'rack' }
    await second.call('create_port', { node_id: uuid, port })
    await patch(first, { op: 'add', path: '/driver_info/deploy_kernel', value: 'http://images/k' })
    await second.call('change_node_power_state', { node_id: uuid, target: 'rebooting' })
    await first.call('set_node_maintenance', { node_id: uuid, maintenance: true, reason: 'Grüße' })

    expect(await database.management.node(uuid)).toMatchObject({
      name: 'n1',
      driver_info: { deploy_kernel: 'http://images/k' },
      driver_internal_info: {},
      power_state: 'power on',
      target_power_state: null,
      maintenance_reason: 'Grüße',
      reservation: null,
    })
    expect(await database.management.port(portUuid)).toMatchObject({ portgroup_uuid: groupUuid, node_uuid: uuid })
    expect(await database.management.portgroup('bond0')).toMatchObject({ physical_network: 'rack' })
    expect(await first.history(uuid)).toEqual([
      'INFO power: Power state changed to "power on" by "rebooting"',
      'INFO maintenance: Put into maintenance: Grüße',
    ])

    await second.call('destroy_node', { node_id: uuid })
    expect(await database.management.node(uuid)).toBeUndefined()
    expect(await database.management.port(portUuid)).toBeUndefined()
    expect(await database.management.portgroup(groupUuid)).toBeUndefined()
  })

  it('of patches that come at once, by two conductors, none is lost', async () => {
    const [first, second] = conductors
    await first.call('create_node', { node: { uuid, driver: 'fake-hardware' } })
    const keys = Array.from({ length: 12 }, (_, at) => `k${String(at).padStart(2, '0')}`)
    await Promise.all(
      keys.map((key, at) => patch(at % 2 === 0 ? first : second, { op: 'add', path: `/extra/${key}`, value: at })),
    )
    const { extra, reservation } = await first.node(uuid)
    expect(Object.keys(extra).sort()).toEqual(keys)
    expect(reservation).toBeNull()
  })

  it('of two that take one name, address or instance, one gets it', async () => {
    const [first, second] = conductors
    const other = '5c133b58-416a-5d78-a46c-b6bcd9aa80fc'
    for (const one of [uuid, other]) await first.call('create_node', { node: { uuid: one, driver: 'fake-hardware' } })
    const name = [{ op: 'add', path: '/name', value: 'only-one' }]
    const port = { address: '52:54:00:12:34:56' }
    const attempts = [
      () => conductors.map((each, at) => each.call('update_node', { node_id: at === 0 ? uuid : other, patch: name })),
      () => conductors.map((each, at) => each.call('create_port', { node_id: at === 0 ? uuid : other, port })),
    ]
    for (const attempt of attempts) {
      const results = await Promise.allSettled<unknown>(attempt())
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'Duplicate' } })
    }
    expect(await second.node(other)).toMatchObject({ reservation: null })
  })

  it('a conductor that has lost its session changes nothing more', async () => {
    const [first, second] = conductors
    await first.call('create_node', { node: { uuid, driver: 'fake-hardware' } })
    await ManagementConductor.register(database, { hostname: 'c2' })
    const late = patch(second, { op: 'add', path: '/name', value: 'late' })
    await expect(late).rejects.toMatchObject({ code: 'ConductorReplaced' })
    expect(await first.node(uuid)).toMatchObject({ name: null, reservation: null })
  })
})
