import { BootringError } from '../../model/errors.ts'
import { interfaceTypes, type NodeChanges, type NodeRecord } from '../../model/records.ts'
import { patchedNode } from '../../resources/node.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { checkParent } from '../rules/check-parent.ts'
import { checkMayBePatched, ruledChanges } from '../rules/node-update-rules.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import { maintenanceEntry } from './maintenance-entry.ts'
import type { ManagementParts } from './management-parts.ts'

type Parts = Pick<ManagementParts, 'bootFiles' | 'hardware' | 'rings' | 'store' | 'tasks'>

/** `update_node`: the patch is applied to the row as it is once the node is reserved, so that none of two patches is lost. */
export function updateNode(parts: Parts): NonNullable<Handlers['update_node']> {
  const { bootFiles, tasks } = parts
  return async ({ node_id, patch, reset_interfaces }, context) => {
    const resets = reset_interfaces === true
    if (resets && !patch.some(({ path }) => path === '/driver'))
      throw new BootringError('InvalidParameter', "reset_interfaces goes with a change of the node's driver")
    const hasChanged = await tasks.run(node_id, context, async (task) => {
      checkMayBePatched(task.node, patch)
      const changes = patchedNode(task.node, patch)
      if (Object.keys(changes).length === 0) return false
      await write(task, parts, ruledChanges(task.node, changes, resets))
      return true
    })
    if (hasChanged) bootFiles.changed(node_id)
    return {}
  }
}

async function write(task: ConductorTask, { hardware, rings, store }: Parts, changes: NodeChanges): Promise<void> {
  const before = task.node
  const after = { ...before, ...changes }
  await checkParent(store, before.uuid, changes.parent_node)
  const interfaces = changesHardware(changes) ? hardware.checkInterfaces(after) : {}
  if (changes.driver !== undefined || changes.conductor_group !== undefined) await rings.order(ringKey(after))
  if (changes.driver !== undefined || (interfaces.boot_interface ?? before.boot_interface) !== before.boot_interface)
    await cleanUpFormerBoot(task)
  await task.save({ changes: { ...changes, ...interfaces }, history: maintenanceEntry(before, changes) })
  task.log.info({ fields: Object.keys(changes) }, 'the node was changed')
}

/** What another boot interface does not know of it would not remove. */
async function cleanUpFormerBoot(task: ConductorTask): Promise<void> {
  try {
    await task.hardware.boot.cleanUp(task.node.uuid)
  } catch (error) {
    task.log.warn({ err: error }, 'could not remove the boot files of the former boot interface')
  }
}

const changesHardware = (changes: NodeChanges): boolean =>
  changes.driver !== undefined || interfaceTypes.some((type) => changes[`${type}_interface`] !== undefined)

const ringKey = ({ conductor_group: conductorGroup, driver, uuid }: NodeRecord) => ({ conductorGroup, driver, uuid })
