import { restingPowerState, switchPower } from '../../drivers/power/switch-power.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import { failureText } from '../tasks/failure-text.ts'
import { toDoOf, withoutToDo } from './to-do.ts'

/**
 * Switches a node as its row says, and writes what came of it. Bears repetition: what is switched already is left alone,
 * but for a reboot, which is done again. Throws where it can't be written what came of it: the to-do stays in the row.
 */
export async function finishPowerChange(task: ConductorTask): Promise<void> {
  const { power } = toDoOf(task.node)
  if (!power) return
  const { action, timeoutSeconds } = power
  const to = restingPowerState(action)
  try {
    await switchPower(task, action, timeoutSeconds)
  } catch (error) {
    if (task.signal.aborted) throw error
    const event = `Failed to change the power state to "${to}" by "${action}": ${failureText(error)}`
    await task.save({
      changes: { target_power_state: null, last_error: event, driver_internal_info: withoutToDo(task.node, 'power') },
      history: [{ event, event_type: 'power', severity: 'ERROR', user: null }],
    })
    task.log.error({ err: error, action }, 'could not change the power state')
    return
  }
  await task.save({
    changes: { driver_internal_info: withoutToDo(task.node, 'power') },
    history: [
      { event: `Power state changed to "${to}" by "${action}"`, event_type: 'power', severity: 'INFO', user: null },
    ],
  })
  task.log.info({ action, powerState: to }, 'the node has changed its power state')
}
