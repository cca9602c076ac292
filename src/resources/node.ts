import { randomUUID } from 'node:crypto'
import type { NewNode, NodeChanges, NodeRecord } from '../model/records.ts'
import { created, needed } from './created.ts'
import { isLogicalName, looksLikeUuid, reservedNodeNames } from './logical-name.ts'
import { nodeFields } from './node-fields.ts'
import { patched } from './patched.ts'
import { invalid } from './value-type.ts'

/**
 * What a patch changes of a node. Names of other rows (`parent_node`), states and locks are not looked at. Throws
 * `InvalidParameter`, `PatchFailed`, `NotAcceptable`.
 */
export function patchedNode(record: NodeRecord, patch: unknown, minor?: number): NodeChanges {
  const { chassis_uuid, ...changes } = patched(nodeFields, record, patch, minor)
  if (changes.name) checkName(changes.name, `Node ${record.uuid}: Cannot change name to invalid name`, minor)
  return changes
}

/**
 * A node from a body of REST, with a UUID where it has none. `minor` is the version of the request, and decides in which state it
 * begins; conductors leave it out, and take `provision_state` from the API that has called them.
 */
export function newNode(body: unknown, minor?: number): NewNode {
  const { chassis_uuid, driver, uuid = randomUUID(), ...rest } = created('node', nodeFields, body, minor)
  if (rest.name) checkName(rest.name, 'Cannot create node with invalid name', minor)
  const state = minor === undefined ? {} : { provision_state: minor >= 11 ? 'enroll' : 'available' }
  return { ...rest, ...state, driver: needed(driver, 'node', 'driver'), uuid }
}

function checkName(name: string, message: string, minor: number | undefined): void {
  if (!isLogicalName(name, minor) || looksLikeUuid(name)) throw invalid(`${message} '${name}'`)
  if (reservedNodeNames.includes(name))
    throw invalid(
      `The word "${name}" is reserved and can not be used as a node name. Reserved words are: ${reservedNodeNames.join(', ')}.`,
    )
}
