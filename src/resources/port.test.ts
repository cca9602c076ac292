import { describe, expect, it } from 'vitest'
import { aPortgroupRecord, aPortRecord } from '../../test/support/management-records.ts'
import { newPort, patchedPort } from './port.ts'
import { newPortgroup, patchedPortgroup } from './portgroup.ts'

const { node_uuid } = aPortRecord()
const uuid = 'b2b2b2b2-0000-4000-8000-000000000003'
const address = '52:54:00:12:34:56'

describe('a port', () => {
  it('is read from a body', () => {
    const body = { uuid, node_uuid, address: '52-54-00-12-34-56', pxe_enabled: 'false', portgroup_uuid: null }
    expect(newPort(body, 80)).toEqual({
      node: node_uuid,
      portgroup_uuid: null,
      port: { uuid, address, pxe_enabled: false },
    })
  })

  it('may name its node from 1.94 on', () => {
    expect(newPort({ node_ident: 'node-7', address }, 94).node).toBe('node-7')
    expect(() => newPort({ node_ident: 'node-7', address }, 93)).toThrow('1.94')
    expect(() => newPort({ node_ident: 'node-7', node_uuid, address }, 94)).toThrow('both')
  })

  it.each([
    ["'address' is a required property", { node_uuid }],
    ['Expected valid MAC address', { node_uuid, address: '52:54:00:12:34' }],
    ['Expected UUID for node_uuid', { node_uuid: 'x', address }],
    ['non-empty value is required when setting physical_network', { node_uuid, address, physical_network: '' }],
    ['Smart NIC port must have port_id and hostname', { node_uuid, address, is_smartnic: true }],
    ['needs port_id and switch_id', { node_uuid, address, local_link_connection: { port_id: 'x' } }],
    ['knows no "colour"', { node_uuid, address, local_link_connection: { colour: 'x' } }],
    ['it has to be a MAC or', { node_uuid, address, local_link_connection: { port_id: 'x', switch_id: 'x' } }],
    ['may be managed or unmanaged', { node_uuid, address, local_link_connection: { network_type: 'x' } }],
    ['looks like a UUID', { node_uuid, address, name: node_uuid }],
  ])('is refused: %s', (message, body) => {
    expect(() => newPort(body, 96)).toThrow(message)
  })

  it.each([
    [{ network_type: 'unmanaged' }, { network_type: 'unmanaged' }],
    [
      { port_id: 'Ethernet1', switch_id: 'AA:BB:CC:DD:EE:FF' },
      { port_id: 'Ethernet1', switch_id: 'aa:bb:cc:dd:ee:ff' },
    ],
    [
      { port_id: 'rep0', hostname: 'host', switch_id: '00000000000000AB' },
      { port_id: 'rep0', hostname: 'host', switch_id: '00000000000000ab' },
    ],
  ])('is plugged into %j', (local_link_connection, stored) => {
    expect(newPort({ node_uuid, address, local_link_connection }, 96).port.local_link_connection).toEqual(stored)
  })

  it('is patched', () => {
    const portgroup_uuid = 'c3c3c3c3-0000-4000-8000-000000000005'
    const patch = [
      { op: 'replace', path: '/address', value: 'AA:BB:CC:DD:EE:FF' },
      { op: 'add', path: '/portgroup_uuid', value: portgroup_uuid },
      { op: 'add', path: '/extra/client-id', value: 'ff:00' },
    ]
    expect(patchedPort(aPortRecord(), patch)).toEqual({
      address: 'aa:bb:cc:dd:ee:ff',
      portgroup_uuid,
      extra: { 'client-id': 'ff:00' },
    })
    expect(patchedPort(aPortRecord({ portgroup_uuid }), [{ op: 'remove', path: '/portgroup_uuid' }])).toEqual({
      portgroup_uuid: null,
    })
  })

  it('stays on its node', () => {
    const other = '00000000-0000-4000-8000-000000000000'
    expect(() => patchedPort(aPortRecord(), [{ op: 'replace', path: '/node_uuid', value: other }])).toThrow(
      'other node',
    )
    expect(patchedPort(aPortRecord(), [{ op: 'replace', path: '/node_uuid', value: node_uuid }])).toEqual({})
  })

  it.each([
    ['Cannot patch /internal_info', [{ op: 'add', path: '/internal_info/x', value: 1 }]],
    ["'address' is a mandatory attribute", [{ op: 'remove', path: '/address' }]],
    ['Smart NIC', [{ op: 'replace', path: '/is_smartnic', value: true }]],
    ['non-empty', [{ op: 'replace', path: '/physical_network', value: '' }]],
  ])('is not patched: %s', (message, patch) => {
    expect(() => patchedPort(aPortRecord(), patch)).toThrow(message)
  })
})

describe('a portgroup', () => {
  it('is read from a body', () => {
    expect(newPortgroup({ node_uuid, uuid, name: 'bond0' }, 80)).toEqual({
      node: node_uuid,
      portgroup: { uuid, name: 'bond0', mode: 'active-backup' },
    })
    expect(() => newPortgroup({ node_uuid, name: 'a b' }, 80)).toThrow('invalid name')
    expect(() => newPortgroup({ node_uuid, mode: '802.3ad' }, 25)).toThrow('1.26')
  })

  it('is patched', () => {
    expect(patchedPortgroup(aPortgroupRecord(), [{ op: 'add', path: '/properties/miimon', value: 100 }])).toEqual({
      properties: { miimon: 100 },
    })
    expect(patchedPortgroup(aPortgroupRecord({ name: 'bond0' }), [{ op: 'remove', path: '/name' }])).toEqual({
      name: null,
    })
    expect(() => patchedPortgroup(aPortgroupRecord(), [{ op: 'remove', path: '/mode' }])).toThrow('mandatory')
    expect(() => patchedPortgroup(aPortgroupRecord(), [{ op: 'replace', path: '/name', value: 'a b' }])).toThrow(
      'invalid name',
    )
  })
})
