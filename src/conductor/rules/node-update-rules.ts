import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import { interfaceTypes, type NodeChanges, type NodeRecord } from '../../model/records.ts'
import { provisionStateOf } from '../../model/transitions.ts'

/** States with a target in which a node may be patched all the same. Source: ironic/common/states.py. */
const updatableWhileUnderWay: ReadonlySet<string> = new Set([
  'deploy failed',
  'inspecting',
  'inspect failed',
  'inspect wait',
  'clean failed',
  'error',
  'verifying',
  'adopt failed',
  'rescue failed',
  'unrescue failed',
  'service hold',
  'service failed',
])

/** States in which a node's interfaces, and a resource class that it has, may change. */
const reconfigurable: readonly string[] = ['enroll', 'inspecting', 'inspect wait', 'manageable', 'available']

/**
 * Whether a node may be patched at all while it is on its way to another state. One in maintenance may lose its instance
 * at any time, by a patch that does nothing else. Throws `WrongState`.
 */
export function checkMayBePatched(node: NodeRecord, patch: readonly JsonObject[]): void {
  const [first] = patch
  const losesInstance = patch.length === 1 && first?.op === 'remove' && first.path === '/instance_uuid'
  if (node.maintenance && losesInstance) return
  if (node.target_provision_state !== null && !updatableWhileUnderWay.has(provisionStateOf(node)))
    refuse(node, 'WrongState', `can't be changed while it is in state ${JSON.stringify(provisionStateOf(node))}`)
}

/**
 * What becomes of a node's changes by Ironic's rules: reasons go with what they are reasons of, and interfaces of another
 * driver become its defaults where asked for. `changes` holds what differs from the row alone. Throws `WrongState`,
 * `NodeAssociated` or `InvalidParameter`. Source: ironic/conductor/manager.py, update_node.
 */
export function ruledChanges(before: NodeRecord, changes: NodeChanges, resetInterfaces: boolean): NodeChanges {
  const after = { ...before, ...changes }
  const ruled: NodeChanges = { ...changes }
  if (changes.maintenance === false) Object.assign(ruled, { maintenance_reason: null, fault: null })
  if (changes.conductor_group !== undefined) ruled.conductor_group = changes.conductor_group.toLowerCase()
  Object.assign(ruled, protection(before, after, changes), retirement(before, after, changes))
  checkInstance(before, changes)
  checkReconfiguration(before, after, changes)
  if (changes.driver !== undefined && resetInterfaces) {
    for (const type of interfaceTypes) ruled[`${type}_interface`] ??= null
  }
  return ruled
}

function protection(before: NodeRecord, after: NodeRecord, changes: NodeChanges): NodeChanges {
  if (changes.protected === true && !['active', 'rescue'].includes(provisionStateOf(before)))
    refuse(
      before,
      'WrongState',
      `can be protected while it is active or rescued only, not in ${provisionStateOf(before)}`,
    )
  if (changes.protected === false) return { protected_reason: null }
  if (changes.protected_reason && !after.protected)
    refuse(before, 'InvalidParameter', 'is not protected: protected_reason goes with protected')
  return {}
}

function retirement(before: NodeRecord, after: NodeRecord, changes: NodeChanges): NodeChanges {
  if (changes.retired === true && provisionStateOf(before) === 'available')
    refuse(before, 'WrongState', "can't be retired while it is available")
  if (changes.retired === false) return { retired_reason: null }
  if (changes.retired_reason && !after.retired)
    refuse(before, 'InvalidParameter', 'is not retired: retired_reason goes with retired')
  return {}
}

function checkInstance(before: NodeRecord, changes: NodeChanges): void {
  if (changes.instance_uuid && before.instance_uuid !== null)
    refuse(before, 'NodeAssociated', `has the instance ${before.instance_uuid} already`)
}

function checkReconfiguration(before: NodeRecord, after: NodeRecord, changes: NodeChanges): void {
  const mayChange = reconfigurable.includes(provisionStateOf(before))
  const only = `in ${reconfigurable.join(', ')} only; it is in ${JSON.stringify(provisionStateOf(before))}`
  for (const type of interfaceTypes) {
    const field = `${type}_interface` as const
    if (changes[field] !== undefined && !mayChange && !after.maintenance)
      refuse(before, 'WrongState', `can have its ${field} changed in maintenance, or ${only}`)
  }
  if (changes.resource_class !== undefined && before.resource_class && !mayChange)
    refuse(before, 'WrongState', `can have its resource_class changed ${only}`)
  if (changes.driver !== undefined && before.console_enabled)
    refuse(before, 'WrongState', 'can have its driver changed once its console is off')
}

function refuse(node: NodeRecord, code: 'WrongState' | 'NodeAssociated' | 'InvalidParameter', reason: string): never {
  throw new BootringError(code, `node ${node.uuid} ${reason}`)
}
