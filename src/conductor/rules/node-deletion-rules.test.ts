import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { refusal } from '../../../test/support/refusal.ts'
import { provisionStates } from '../../model/provision-states.ts'
import type { NodeRecord } from '../../model/records.ts'
import { checkMayBeDeleted } from './node-deletion-rules.ts'

const refusalOf = (node: Partial<NodeRecord>, mayDeleteAvailable = true) =>
  refusal(() => checkMayBeDeleted(aNodeRecord(node), mayDeleteAvailable))

describe('checkMayBeDeleted', () => {
  it('lets nodes go in few states', () => {
    const deletable = (may: boolean) =>
      provisionStates.filter((provision_state) => refusalOf({ provision_state }, may) === undefined).sort()
    expect(deletable(true)).toEqual(['adopt failed', 'available', 'enroll', 'manageable'])
    expect(deletable(false)).toEqual(['adopt failed', 'enroll', 'manageable'])
    expect(refusalOf({ provision_state: null })).toBeUndefined()
    expect(refusalOf({ provision_state: 'active' })).toBe('WrongState')
  })

  it('lets any go that is in maintenance, with its instance', () => {
    for (const provision_state of provisionStates)
      expect(refusalOf({ provision_state, maintenance: true, instance_uuid: 'i' })).toBeUndefined()
  })

  it('keeps what has an instance, and what is protected whether in maintenance or not', () => {
    expect(refusalOf({ instance_uuid: 'i' })).toBe('NodeAssociated')
    expect(refusalOf({ protected: true })).toBe('NodeProtected')
    expect(refusalOf({ protected: true, maintenance: true })).toBe('NodeProtected')
  })
})
