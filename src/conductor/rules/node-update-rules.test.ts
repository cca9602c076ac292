import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { refusal } from '../../../test/support/refusal.ts'
import { provisionStates } from '../../model/provision-states.ts'
import type { NodeChanges, NodeRecord } from '../../model/records.ts'
import { checkMayBePatched, ruledChanges } from './node-update-rules.ts'

const ruled = (node: Partial<NodeRecord>, changes: NodeChanges, reset = false) =>
  ruledChanges(aNodeRecord(node), changes, reset)
const refused = (node: Partial<NodeRecord>, changes: NodeChanges) => refusal(() => ruled(node, changes))

describe('checkMayBePatched', () => {
  const patch = [{ op: 'add', path: '/name', value: 'n' }]

  it('lets a node be patched that rests in its state', () => {
    for (const provision_state of provisionStates) checkMayBePatched(aNodeRecord({ provision_state }), patch)
  })

  it('refuses one on its way to another state, but for the states that Ironic allows', () => {
    const refused = provisionStates.filter(
      (provision_state) =>
        refusal(() =>
          checkMayBePatched(aNodeRecord({ provision_state, target_provision_state: 'available' }), patch),
        ) === 'WrongState',
    )
    expect(refused).toContain('wait call-back')
    expect(refused).toContain('clean wait')
    expect(refused).toContain('deploying')
    for (const allowed of [
      'deploy failed',
      'clean failed',
      'inspect wait',
      'inspect failed',
      'rescue failed',
      'service hold',
    ])
      expect(refused).not.toContain(allowed)
  })

  it('lets one in maintenance lose its instance, by a patch of that alone', () => {
    const node = { provision_state: 'clean wait', target_provision_state: 'available' }
    const loss = { op: 'remove', path: '/instance_uuid' }
    checkMayBePatched(aNodeRecord({ ...node, maintenance: true }), [loss])
    expect(refusal(() => checkMayBePatched(aNodeRecord(node), [loss]))).toBe('WrongState')
    const more = [loss, ...patch]
    expect(refusal(() => checkMayBePatched(aNodeRecord({ ...node, maintenance: true }), more))).toBe('WrongState')
  })
})

describe('ruledChanges', () => {
  it('takes the reason and the fault away with the maintenance', () => {
    expect(
      ruled({ maintenance: true, maintenance_reason: 'r', fault: 'power failure' }, { maintenance: false }),
    ).toEqual({
      maintenance: false,
      maintenance_reason: null,
      fault: null,
    })
  })

  it('writes conductor groups in lower case', () => {
    expect(ruled({}, { conductor_group: 'Rack-A' })).toEqual({ conductor_group: 'rack-a' })
  })

  it('protects nodes in use alone, and takes the reason away with the protection', () => {
    for (const provision_state of ['active', 'rescue'])
      expect(ruled({ provision_state }, { protected: true, protected_reason: 'r' })).toEqual({
        protected: true,
        protected_reason: 'r',
      })
    expect(refused({ provision_state: 'available' }, { protected: true })).toBe('WrongState')
    expect(refused({ provision_state: null }, { protected: true })).toBe('WrongState')
    expect(ruled({ provision_state: 'manageable', protected: true }, { protected: false })).toEqual({
      protected: false,
      protected_reason: null,
    })
    expect(refused({ provision_state: 'active' }, { protected_reason: 'r' })).toBe('InvalidParameter')
  })

  it('retires nodes that are not available, and takes the reason away with the retirement', () => {
    expect(ruled({ provision_state: 'active' }, { retired: true, retired_reason: 'old' })).toMatchObject({
      retired: true,
    })
    expect(refused({ provision_state: 'available' }, { retired: true })).toBe('WrongState')
    expect(ruled({ retired: true, retired_reason: 'old' }, { retired: false })).toMatchObject({ retired_reason: null })
    expect(refused({}, { retired_reason: 'old' })).toBe('InvalidParameter')
  })

  it.each(['boot_interface', 'deploy_interface', 'network_interface', 'power_interface'] as const)(
    'changes %s in few states, or in maintenance',
    (field) => {
      for (const provision_state of ['enroll', 'manageable', 'available', 'inspecting', 'inspect wait', null])
        expect(ruled({ provision_state }, { [field]: 'noop' })).toEqual({ [field]: 'noop' })
      for (const provision_state of ['active', 'deploy failed', 'wait call-back', 'clean failed', 'rescue'])
        expect(refused({ provision_state }, { [field]: 'noop' })).toBe('WrongState')
      expect(ruled({ provision_state: 'active', maintenance: true }, { [field]: 'noop' })).toEqual({ [field]: 'noop' })
      expect(ruled({ provision_state: 'active' }, { maintenance: true, [field]: 'noop' })).toMatchObject({
        [field]: 'noop',
      })
    },
  )

  it('gives a node one instance at a time', () => {
    const instance_uuid = 'b1a5b9a0-4f4c-4c57-93a8-0a6a8c6b5a4f'
    expect(ruled({}, { instance_uuid })).toEqual({ instance_uuid })
    expect(refused({ instance_uuid: 'another' }, { instance_uuid })).toBe('NodeAssociated')
    expect(ruled({ instance_uuid: 'another' }, { instance_uuid: null })).toEqual({ instance_uuid: null })
  })

  it('changes a resource class that is there in few states; maintenance does not help', () => {
    expect(ruled({ provision_state: 'active' }, { resource_class: 'c' })).toEqual({ resource_class: 'c' })
    expect(ruled({ provision_state: 'manageable', resource_class: 'b' }, { resource_class: 'c' })).toBeTruthy()
    expect(
      refused({ provision_state: 'active', resource_class: 'b', maintenance: true }, { resource_class: 'c' }),
    ).toBe('WrongState')
  })

  it('changes the driver in any state, but not under an open console', () => {
    expect(ruled({ provision_state: 'active' }, { driver: 'manual-management' })).toEqual({
      driver: 'manual-management',
    })
    expect(refused({ console_enabled: true }, { driver: 'manual-management' })).toBe('WrongState')
  })

  it('clears the interfaces that a change of driver does not name, where asked for', () => {
    const changes = ruled({}, { driver: 'manual-management', boot_interface: 'pxe' }, true)
    expect(changes).toMatchObject({ driver: 'manual-management', boot_interface: 'pxe', power_interface: null })
    expect(ruled({}, { name: 'n' }, true)).toEqual({ name: 'n' })
  })
})
