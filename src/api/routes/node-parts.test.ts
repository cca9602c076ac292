import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { type Answers, startRestServer } from '../../../test/support/rest-server.ts'
import type { NodeRecord } from '../../model/records.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

async function serverWith(node: Partial<NodeRecord> = {}, answers: Answers = {}) {
  const server = await startRestServer(answers)
  const record = aNodeRecord({ name: 'one', ...node })
  server.reader.allNodes.push(record)
  return { ...server, node: record }
}

describe('what is below a node', () => {
  it.each([
    ['PUT', 'states/power', { target: 'power on' }, 202, 'change_node_power_state', { target: 'power on' }],
    [
      'PUT',
      'states/power',
      { target: 'soft power off', timeout: 30 },
      202,
      'change_node_power_state',
      { target: 'soft power off', timeout: 30 },
    ],
    ['PUT', 'states/boot_mode', { target: 'uefi' }, 202, 'change_node_boot_mode', { target: 'uefi' }],
    ['PUT', 'states/secure_boot', { target: 'true' }, 202, 'change_node_secure_boot', { target: true }],
    ['PUT', 'maintenance', { reason: 'disk' }, 202, 'set_node_maintenance', { maintenance: true, reason: 'disk' }],
    ['DELETE', 'maintenance', undefined, 202, 'set_node_maintenance', { maintenance: false }],
    [
      'PUT',
      'management/boot_device',
      { boot_device: 'pxe' },
      204,
      'set_boot_device',
      { device: 'pxe', persistent: false },
    ],
    [
      'PUT',
      'management/boot_device',
      { boot_device: 'disk', persistent: 'True' },
      204,
      'set_boot_device',
      { device: 'disk', persistent: true },
    ],
    ['PUT', 'management/inject_nmi', undefined, 204, 'inject_nmi', {}],
    ['PUT', 'traits', { traits: ['CUSTOM_A'] }, 204, 'add_node_traits', { traits: ['CUSTOM_A'], replace: true }],
    ['PUT', 'traits/CUSTOM_A', undefined, 204, 'add_node_traits', { traits: ['CUSTOM_A'], replace: false }],
    ['DELETE', 'traits', undefined, 204, 'remove_node_traits', { traits: [] }],
    ['DELETE', 'traits/CUSTOM_A', undefined, 204, 'remove_node_traits', { traits: ['CUSTOM_A'] }],
    ['POST', 'vifs', { id: 'v', port_uuid: uuid }, 204, 'vif_attach', { vif_info: { id: 'v', port_uuid: uuid } }],
    ['DELETE', 'vifs/v', undefined, 204, 'vif_detach', { vif_id: 'v' }],
  ])('%s %s %j is done by a conductor', async (method, path, body, status, rpc, params) => {
    const { ask, calls, node } = await serverWith()
    const answer = await ask(method, `/v1/nodes/one/${path}`, { body })
    expect([answer.status, answer.body, answer.fault]).toEqual([status, undefined, ''])
    expect(calls).toEqual([{ hostname: 'one', method: rpc, params: { node_id: node.uuid, ...params } }])
  })

  it.each([
    ['validate', 'validate_driver_interfaces', { interfaces: { boot: { result: true } } }, { boot: { result: true } }],
    [
      'management/boot_device',
      'get_boot_device',
      { boot_device: { boot_device: 'pxe', persistent: null } },
      { boot_device: 'pxe', persistent: null },
    ],
    [
      'management/boot_device/supported',
      'get_supported_boot_devices',
      { devices: ['pxe'] },
      { supported_boot_devices: ['pxe'] },
    ],
    ['vifs', 'vif_list', { vifs: [{ id: 'v' }] }, { vifs: [{ id: 'v' }] }],
  ] as const)('GET %s is asked of a conductor', async (path, method, result, body) => {
    const { ask } = await serverWith({}, { [method]: () => result })
    expect(await ask('GET', `/v1/nodes/one/${path}`)).toMatchObject({ status: 200, body })
  })

  it.each([
    ['PUT', 'states/power', { target: 'fly' }, '1.96', 400],
    ['PUT', 'states/power', { target: 'power on', timeout: 0 }, '1.96', 400],
    ['PUT', 'states/power', { target: 'soft rebooting' }, '1.26', 406],
    ['PUT', 'states/boot_mode', { target: 'uefi' }, '1.75', 404],
    ['PUT', 'states/boot_mode', { target: 'x' }, '1.96', 400],
    ['PUT', 'states/secure_boot', { target: 'perhaps' }, '1.96', 400],
    ['PUT', 'states/raid', {}, '1.96', 404],
    ['GET', 'states/console', undefined, '1.96', 400],
    ['PUT', 'states/console', { enabled: true }, '1.96', 400],
    ['PUT', 'management/boot_device', {}, '1.96', 400],
    ['PUT', 'management/boot_device', { boot_device: 'pxe', persistent: 'perhaps' }, '1.96', 400],
    ['PUT', 'management/inject_nmi', undefined, '1.28', 404],
    ['GET', 'management/indicators', undefined, '1.96', 400],
    ['PUT', 'traits', { traits: ['x'] }, '1.96', 400],
    ['PUT', 'traits', { traits: Array.from({ length: 51 }, (_, i) => `CUSTOM_${i}`) }, '1.96', 400],
    ['PUT', 'traits', {}, '1.96', 400],
    ['PUT', 'traits/CUSTOM_A', { traits: [] }, '1.96', 400],
    ['GET', 'traits', undefined, '1.36', 404],
    ['POST', 'vifs', { id: 'a b' }, '1.96', 400],
    ['POST', 'vifs', { id: 'v', port_uuid: uuid, portgroup_uuid: uuid }, '1.96', 400],
    ['GET', 'vifs', undefined, '1.27', 404],
    ['GET', 'history', undefined, '1.77', 404],
    ['GET', `history/${uuid}`, undefined, '1.96', 404],
    ['GET', 'history?limit=0', undefined, '1.96', 400],
    ['GET', 'inventory', undefined, '1.96', 404],
    ['GET', 'inventory', undefined, '1.80', 404],
    ['GET', 'children', undefined, '1.82', 404],
    ['POST', 'vmedia', { device_type: 'cdrom', image_url: 'http://a/b' }, '1.96', 400],
    ['DELETE', 'vmedia', undefined, '1.88', 404],
    ['GET', 'vmedia', undefined, '1.93', 400],
    ['GET', 'allocation', undefined, '1.96', 404],
    ['POST', 'vendor_passthru', {}, '1.96', 400],
    ['GET', 'nothing', undefined, '1.96', 404],
  ])('%s %s %j by %s is %i, and no conductor hears of it', async (method, path, body, version, status) => {
    const { ask, calls, node } = await serverWith()
    const answer = await ask(method, `/v1/nodes/${node.uuid}/${path}`, { body, version })
    expect([answer.status, answer.fault, calls]).toEqual([status, expect.stringMatching(/./), []])
  })

  it.each([
    ['bios', { bios: [] }],
    ['firmware', { firmware: [] }],
    ['vendor_passthru/methods', {}],
  ])('%s is empty', async (path, body) => {
    const { ask } = await serverWith()
    expect(await ask('GET', `/v1/nodes/one/${path}`)).toMatchObject({ status: 200, body })
  })
})

describe('states', () => {
  it('are shown as the version knows them', async () => {
    const { ask } = await serverWith({
      power_state: 'power on',
      provision_updated_at: new Date('2026-01-02T03:04:05Z'),
    })
    const old = (await ask('GET', `/v1/nodes/one/states`, { version: '1.11' })).body
    expect(old).toEqual({
      console_enabled: false,
      last_error: null,
      power_state: 'power on',
      provision_state: 'enroll',
      target_power_state: null,
      target_provision_state: null,
      provision_updated_at: '2026-01-02T03:04:05+00:00',
    })
    expect(Object.keys((await ask('GET', '/v1/nodes/one/states')).body)).toHaveLength(11)
  })

  it('in which a machine is worked on leave its switches alone', async () => {
    const cleaning = await serverWith({ provision_state: 'clean wait' })
    expect((await cleaning.ask('PUT', '/v1/nodes/one/states/power', { body: { target: 'power on' } })).status).toBe(400)
    for (const path of ['boot_mode', 'secure_boot']) {
      const body = { target: path === 'boot_mode' ? 'uefi' : true }
      expect((await cleaning.ask('PUT', `/v1/nodes/one/states/${path}`, { body })).status).toBe(409)
    }
    const on = await serverWith({ disable_power_off: true })
    expect((await on.ask('PUT', '/v1/nodes/one/states/power', { body: { target: 'power off' } })).status).toBe(409)
    expect(cleaning.calls).toEqual([])
  })
})

describe('what is written down', () => {
  it('is a history in pages, short or whole', async () => {
    const { ask, node, reader } = await serverWith()
    const ids = ['a', 'b', 'c'].map((digit) => uuid.replace(/.$/, digit))
    for (const [id, entry] of ids.entries())
      reader.events.push({
        id,
        uuid: entry,
        node_id: node.id,
        created_at: new Date(0),
        updated_at: null,
        conductor: 'one',
        event_type: 'provisioning',
        severity: 'ERROR',
        event: 'x'.repeat(300),
        user: null,
      })
    const list = (await ask('GET', '/v1/nodes/one/history?limit=2')).body
    expect(list).toMatchObject({ history: [{ uuid: ids[0], severity: 'ERROR' }, { uuid: ids[1] }] })
    expect(list.next).toContain(`limit=2&marker=${ids[1]}`)
    const [first] = list.history as { event: string }[]
    expect([first?.event.length, Object.keys(first ?? {}).includes('conductor')]).toEqual([254, false])
    const whole = { event: 'x'.repeat(300), conductor: 'one', event_type: 'provisioning', user: null }
    expect((await ask('GET', '/v1/nodes/one/history?detail=True')).body).toMatchObject({
      history: [whole, whole, whole],
    })
    expect((await ask('GET', `/v1/nodes/one/history/${ids[0]}`)).body).toMatchObject(whole)
  })

  it('is an inventory, traits and children', async () => {
    const { ask, node, reader } = await serverWith()
    reader.inventories.set(node.id, { inventory_data: { cpu: 1 }, plugin_data: { a: 2 } })
    reader.nodeTraits.set(node.id, ['CUSTOM_A'])
    expect((await ask('GET', '/v1/nodes/one/inventory')).body).toEqual({ inventory: { cpu: 1 }, plugin_data: { a: 2 } })
    expect((await ask('GET', '/v1/nodes/one/traits')).body).toEqual({ traits: ['CUSTOM_A'] })
    await ask('GET', '/v1/nodes/one/children')
    expect(reader.filter).toEqual({ parent_node: node.uuid })
  })
})
