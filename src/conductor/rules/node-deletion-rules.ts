import { BootringError } from '../../model/errors.ts'
import type { NodeRecord } from '../../model/records.ts'
import { provisionStateOf } from '../../model/transitions.ts'

/** Source: ironic/common/states.py, DELETE_ALLOWED_STATES. */
const deletableStates = ['manageable', 'enroll', 'adopt failed']

/**
 * Whether a node may be deleted. In maintenance it may from any state, instance or not: that is for broken machines.
 * Throws `NodeAssociated`, `NodeProtected` or `WrongState`. Source: ironic/conductor/manager.py, destroy_node.
 */
export function checkMayBeDeleted(node: NodeRecord, mayDeleteAvailable: boolean): void {
  const { instance_uuid: instance, uuid } = node
  const state = provisionStateOf(node)
  if (!node.maintenance && instance !== null)
    throw new BootringError('NodeAssociated', `node ${uuid} is associated with instance ${instance}`)
  if (node.protected) throw new BootringError('NodeProtected', `node ${uuid} is protected and can't be deleted`)
  const deletable = mayDeleteAvailable ? [...deletableStates, 'available'] : deletableStates
  if (!node.maintenance && !deletable.includes(state))
    throw new BootringError(
      'WrongState',
      `node ${uuid} can't be deleted in state ${JSON.stringify(state)}, only in ${deletable.join(', ')}, or in maintenance`,
    )
}
