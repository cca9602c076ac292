import { restingPowerState } from '../../drivers/power/switch-power.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { finishPowerChange } from '../hardware-changes/power-change.ts'
import { withToDo } from '../hardware-changes/to-do.ts'
import { checkedPowerAction, isSoft } from '../rules/power-rules.ts'
import type { ManagementParts } from './management-parts.ts'

/** `change_node_power_state`: checks and notes down what to do, and does it in the background. */
export function changeNodePowerState({
  softPowerOffTimeoutSeconds,
  tasks,
}: Pick<ManagementParts, 'softPowerOffTimeoutSeconds' | 'tasks'>): NonNullable<Handlers['change_node_power_state']> {
  return async ({ node_id, target, timeout }, context) => {
    await tasks.begin(node_id, context, async (task) => {
      const { power } = task.hardware
      await power.validate(task)
      const action = checkedPowerAction(task.node, target, power.supportedPowerStates)
      const timeoutSeconds = timeout ?? (isSoft(action) ? softPowerOffTimeoutSeconds : undefined)
      await task.save({
        changes: {
          target_power_state: restingPowerState(action),
          last_error: null,
          driver_internal_info: withToDo(task.node, {
            power: { action, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) },
          }),
        },
      })
      return () => finishPowerChange(task)
    })
    return {}
  }
}
