import type { Handlers } from '../../rpc/contract.ts'
import { finishBootModeChange, finishSecureBootChange } from '../hardware-changes/firmware-change.ts'
import { type ToDo, withToDo } from '../hardware-changes/to-do.ts'
import { checkedBootMode, checkMayChangeFirmware } from '../rules/boot-mode-rules.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import type { ManagementParts } from './management-parts.ts'

type Parts = Pick<ManagementParts, 'tasks'>

/** `change_node_boot_mode`: checks and notes down what to do, and does it in the background. */
export function changeNodeBootMode({ tasks }: Parts): NonNullable<Handlers['change_node_boot_mode']> {
  return async ({ node_id, target }, context) => {
    const boot_mode = checkedBootMode(target)
    await tasks.begin(node_id, context, async (task) => {
      await noteDown(task, 'boot mode', { boot_mode })
      return () => finishBootModeChange(task)
    })
    return {}
  }
}

/** `change_node_secure_boot`: the same. */
export function changeNodeSecureBoot({ tasks }: Parts): NonNullable<Handlers['change_node_secure_boot']> {
  return async ({ node_id, target: secure_boot }, context) => {
    await tasks.begin(node_id, context, async (task) => {
      await noteDown(task, 'secure boot', { secure_boot })
      return () => finishSecureBootChange(task)
    })
    return {}
  }
}

async function noteDown(task: ConductorTask, what: string, toDo: ToDo): Promise<void> {
  await task.hardware.management.validate(task)
  checkMayChangeFirmware(task.node, what)
  await task.save({ changes: { last_error: null, driver_internal_info: withToDo(task.node, toDo) } })
}
