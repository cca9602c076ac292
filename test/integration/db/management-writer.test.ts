import { beforeEach, expect, it } from 'vitest'
import type { ConductorSession } from '../../../src/model/conductor.ts'
import type { ManagementReader, ManagementWriter } from '../../../src/model/management-stores.ts'
import type { Database } from '../../../src/model/stores.ts'
import { eachDatabase } from '../../support/databases.ts'
import { mac } from '../../support/fleet-node.ts'
import { rawConnection } from '../../support/raw-connection.ts'

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const node = uuid(1)
const page = { limit: 100, sortKey: 'id', descending: false }

eachDatabase((engine) => {
  let url: string
  let database: Database
  let management: ManagementReader & ManagementWriter
  let session: ConductorSession

  beforeEach(async () => {
    url = await engine.emptyUrl()
    database = await engine.open(url)
    await database.upgrade()
    management = database.management
    session = await database.conductors.register('cond-1', '', [])
    await management.createNode({ uuid: node, driver: 'fake-hardware', name: 'n1' }, session)
    await database.reservations.reserve(node, session)
  })

  async function nodeId(): Promise<number> {
    return (await management.node(node))?.id ?? 0
  }

  it('a node begins with what its columns say', async () => {
    const created = await management.createNode({ uuid: uuid(2), driver: 'fake-hardware' }, session)
    expect(created).toEqual(await management.node(uuid(2)))
    expect(created).toMatchObject({
      uuid: uuid(2),
      name: null,
      driver: 'fake-hardware',
      conductor_group: '',
      provision_state: 'enroll',
      power_state: null,
      driver_info: {},
      service_step: {},
      maintenance: false,
      console_enabled: false,
      protected: false,
      retired: false,
      disable_power_off: false,
      automated_clean: null,
      secure_boot: null,
      reservation: null,
      updated_at: null,
      provision_updated_at: null,
    })
    expect(Math.abs(Number(created.created_at) - Date.now())).toBeLessThan(600_000)
  })

  it('keeps each column as it was given', async () => {
    const time = new Date('2026-01-02T03:04:05Z')
    const changes = {
      name: 'x.example',
      driver: 'manual-management',
      driver_info: { 'a"b\\': ['é\u0000', null, { deep: 1.5 }] },
      driver_internal_info: { agent_secret_token: 't' },
      instance_info: { image_source: 'file:///x' },
      properties: { cpu_arch: 'x86_64' },
      extra: { words: '日本語 🚀' },
      instance_uuid: uuid(77),
      resource_class: 'baremetal',
      conductor_group: 'rack-1',
      power_state: 'power on',
      target_power_state: 'rebooting',
      provision_state: 'wait call-back',
      target_provision_state: 'active',
      last_error: 'e',
      clean_step: { step: 'c' },
      deploy_step: { step: 'd' },
      service_step: { step: 's' },
      raid_config: { r: 1 },
      target_raid_config: { r: 2 },
      maintenance: true,
      maintenance_reason: 'm',
      fault: 'power failure',
      console_enabled: true,
      inspection_started_at: time,
      inspection_finished_at: time,
      automated_clean: false,
      protected: true,
      protected_reason: 'p',
      retired: true,
      retired_reason: 'r',
      owner: 'o',
      lessee: 'l',
      description: 'd'.repeat(4096),
      network_data: { links: [] },
      boot_mode: 'uefi',
      secure_boot: true,
      shard: 's',
      parent_node: uuid(5),
      disable_power_off: true,
      boot_interface: 'ipxe',
      firmware_interface: 'no-firmware',
    } as const
    const copy = JSON.parse(JSON.stringify(changes, (_, value) => value)) as object
    const written = await management.writeNode(node, session, { changes: structuredClone(changes) as never })
    expect(written).toMatchObject({ ...copy, inspection_started_at: time, inspection_finished_at: time })
    expect(await management.node('x.example')).toEqual(written)
    expect(written.updated_at).not.toBeNull()
    const cleared = await management.writeNode(node, session, {
      changes: { name: null, secure_boot: null, automated_clean: null, inspection_started_at: null, driver_info: {} },
    })
    expect(cleared).toMatchObject({ name: null, secure_boot: null, automated_clean: null, driver_info: {} })
    expect(cleared.inspection_started_at).toBeNull()
  })
  it('ports', async () => {
    await management.createPort(node, session, { uuid: uuid(3), address: mac(1) })
    await management.createPortgroup(node, session, { uuid: uuid(4) })
    await management.setTraits(node, session, ['B', 'A'])
    await management.setInventory(node, session, { inventory_data: { a: 1 }, plugin_data: {} })
    expect(await management.ports({}, page)).toMatchObject([{ uuid: uuid(3), node_uuid: node, portgroup_uuid: null }])
    expect(await management.portgroups({ node_id: await nodeId() }, page)).toMatchObject([{ uuid: uuid(4) }])
    expect(await management.traits([await nodeId()])).toEqual(new Map([[await nodeId(), ['A', 'B']]]))
    expect(await management.inventory(await nodeId())).toEqual({ inventory_data: { a: 1 }, plugin_data: {} })
    await using raw = await rawConnection(url)
    await management.destroyNode(node, session)
    expect(await raw.db.selectFrom('portgroups').selectAll().execute()).toEqual([])
    expect(await raw.db.selectFrom('node_traits').selectAll().execute()).toEqual([])
  })
})
