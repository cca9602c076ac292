import { describe, expect, it } from 'vitest'
import { aNodeRecord, aPortgroupRecord, aPortRecord } from '../../../test/support/management-records.ts'
import { refusal } from '../../../test/support/refusal.ts'
import type { MacAddress } from '../../model/mac.ts'
import { provisionStates } from '../../model/provision-states.ts'
import type { NodeRecord, PortChanges, PortgroupChanges, PortgroupRecord, PortRecord } from '../../model/records.ts'
import { checkMayDeletePort, checkNewPort, checkPortUpdate, vifOf, type Wired } from './port-rules.ts'
import { checkMayDeletePortgroup, checkPortgroupUpdate } from './portgroup-rules.ts'

function wired(
  node: Partial<NodeRecord> = {},
  ports: Partial<PortRecord>[] = [],
  groups: Partial<PortgroupRecord>[] = [],
): Wired {
  return { node: aNodeRecord(node), ports: ports.map(aPortRecord), portgroups: groups.map(aPortgroupRecord) }
}
const address = '52:54:00:00:00:09' as MacAddress
const vif = { internal_info: { tenant_vif_port_id: 'vif-1' } }

describe('checkNewPort', () => {
  it.each<
    [string, Partial<PortgroupRecord>, Partial<PortRecord>[], PortChanges, string | PortgroupChanges | undefined]
  >([
    ['joins a group', {}, [], { portgroup_id: 1 }, undefined],
    [
      'brings a group its physical network',
      {},
      [],
      { portgroup_id: 1, physical_network: 'a' },
      { physical_network: 'a' },
    ],
    ['has the network of its group', { physical_network: 'a' }, [], { portgroup_id: 1 }, 'Duplicate'],
    [
      "has the network of the group's ports",
      {},
      [{ portgroup_id: 1, physical_network: 'a' }],
      { portgroup_id: 1, physical_network: 'b' },
      'Duplicate',
    ],
    [
      'is of one network with them',
      {},
      [{ portgroup_id: 1, physical_network: 'a' }],
      { portgroup_id: 1, physical_network: 'a' },
      undefined,
    ],
    ['is not in a group of another node', {}, [], { portgroup_id: 2 }, 'InvalidParameter'],
    [
      'does not boot in a group without standalone ports',
      { standalone_ports_supported: false },
      [],
      { portgroup_id: 1, pxe_enabled: true },
      'Duplicate',
    ],
    [
      'joins one such that does not boot',
      { standalone_ports_supported: false },
      [],
      { portgroup_id: 1, pxe_enabled: false },
      undefined,
    ],
  ])('%s', (_, group, ports, port, expected) => {
    const task = wired({}, ports, [group])
    if (typeof expected === 'string') expect(refusal(() => checkNewPort(task, port))).toBe(expected)
    else expect(checkNewPort(task, port)?.changes).toEqual(expected)
  })
})

describe('checkPortUpdate', () => {
  const update = (node: Partial<NodeRecord>, changes: PortChanges, port: Partial<PortRecord> = {}) =>
    checkPortUpdate(wired(node, [port], [{}]), aPortRecord(port), changes)

  it('keeps the address of a port in use', () => {
    expect(refusal(() => update({ provision_state: 'active' }, { address }))).toBe('WrongState')
    expect(refusal(() => update({ provision_state: 'available', instance_uuid: 'i' }, { address }))).toBe('WrongState')
    update({ provision_state: 'active', maintenance: true }, { address })
    update({ provision_state: 'available' }, { address })
  })

  it.each<PortChanges>([
    { pxe_enabled: false },
    { portgroup_id: 1 },
    { physical_network: 'a' },
    { local_link_connection: { port_id: 'p' } },
  ])('changes the wiring %j in few states, or in maintenance', (changes) => {
    const allowed = provisionStates.filter(
      (provision_state) => refusal(() => update({ provision_state }, changes)) === undefined,
    )
    expect(allowed.sort()).toEqual(['enroll', 'inspect wait', 'inspecting', 'manageable'])
    for (const provision_state of provisionStates) update({ provision_state, maintenance: true }, changes)
  })

  it('changes everything else in any state', () => {
    for (const provision_state of provisionStates) update({ provision_state }, { extra: { a: 1 }, name: 'eth0' })
  })

  it('lets no port stand alone in a group that can not have it', () => {
    const task = wired({}, [{}], [{ standalone_ports_supported: false }])
    const join = (port: Partial<PortRecord>, changes: PortChanges) =>
      refusal(() => checkPortUpdate(task, aPortRecord(port), changes))
    expect(join({ pxe_enabled: true }, { portgroup_id: 1 })).toBe('Duplicate')
    expect(join({ pxe_enabled: false, ...vif }, { portgroup_id: 1 })).toBe('Duplicate')
    expect(join({ pxe_enabled: false }, { portgroup_id: 1 })).toBeUndefined()
    expect(join({ pxe_enabled: false, portgroup_id: 1 }, { pxe_enabled: true })).toBe('Duplicate')
    expect(join({ portgroup_id: 1 }, { name: 'n' })).toBeUndefined()
  })

  it('compares the network of a port with those of the others in its group', () => {
    const other = { id: 2, uuid: 'e8a0a4b6-6a8c-4c1c-b2a3-4a2f1c3d5e6f', portgroup_id: 1, physical_network: 'a' }
    const port = { portgroup_id: 1, physical_network: 'a' }
    const task = wired({}, [port, other], [{ physical_network: 'a' }])
    expect(refusal(() => checkPortUpdate(task, aPortRecord(port), { physical_network: 'b' }))).toBe('Duplicate')
    expect(
      refusal(() => checkPortUpdate(task, aPortRecord(port), { portgroup_id: null, physical_network: 'b' })),
    ).toBeUndefined()
    const alone = wired({}, [port], [{}])
    expect(checkPortUpdate(alone, aPortRecord(port), { physical_network: 'b' })?.changes).toEqual({
      physical_network: 'b',
    })
  })
})

describe('deletion', () => {
  it('keeps ports that a VIF is attached to, but for maintenance', () => {
    expect(vifOf(aPortRecord(vif))).toBe('vif-1')
    expect(refusal(() => checkMayDeletePort(wired(), aPortRecord(vif)))).toBe('WrongState')
    checkMayDeletePort(wired({ maintenance: true }), aPortRecord(vif))
    checkMayDeletePort(wired(), aPortRecord())
  })

  it('keeps portgroups that have ports', () => {
    expect(refusal(() => checkMayDeletePortgroup(wired({}, [{ portgroup_id: 1 }]), aPortgroupRecord()))).toBe(
      'InvalidParameter',
    )
    checkMayDeletePortgroup(wired({}, [{ portgroup_id: 2 }]), aPortgroupRecord())
  })
})

describe('checkPortgroupUpdate', () => {
  it('asks the ports whether they could do without standing alone', () => {
    const change = (port: Partial<PortRecord>) =>
      refusal(() => checkPortgroupUpdate(wired({}, [port]), aPortgroupRecord(), { standalone_ports_supported: false }))
    expect(change({ portgroup_id: 1, pxe_enabled: true })).toBe('Duplicate')
    expect(change({ portgroup_id: 1, pxe_enabled: false, ...vif })).toBe('Duplicate')
    expect(change({ portgroup_id: 1, pxe_enabled: false })).toBeUndefined()
    expect(change({ portgroup_id: null, pxe_enabled: true })).toBeUndefined()
  })
})
