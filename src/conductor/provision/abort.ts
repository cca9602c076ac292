import { withoutAgent } from '../../drivers/power/switch-power.ts'
import { BootringError } from '../../model/errors.ts'
import { allowsEvent } from '../../model/transitions.ts'
import type { ConductorTask, TaskWrite } from '../tasks/conductor-task.ts'
import { failureText } from '../tasks/failure-text.ts'
import type { Background } from '../tasks/node-tasks.ts'
import { debtKey, without } from './agent-notes.ts'
import { target } from './cleaning.ts'
import { isLost } from './is-lost.ts'
import type { Provisioning } from './provisioning.ts'
import { returnToInstance } from './servicing.ts'

/**
 * Whoever aborts is answered with the new state at once. What has to be put in order then is noted in the row, so that
 * another conductor sees to it where this one dies: `debtKey`.
 */
export async function abort(task: ConductorTask, provisioning: Provisioning): Promise<Background> {
  const from = task.node.provision_state
  if (!allowsEvent(task.node, 'abort')) {
    // Says so.
    await task.transition('abort')
  }
  const driver_internal_info = { ...withoutAgent(task.node.driver_internal_info), [debtKey]: true }
  const last_error = `By request, the operation was aborted in state "${from}"`
  if (from === 'service failed') {
    if (task.node.maintenance)
      throw new BootringError('WrongState', `node ${task.node.uuid} is in maintenance: take it out of that first`)
    await task.update({ driver_internal_info, last_error })
  } else {
    const { rescue_password, hashed_rescue_password, ...instance_info } = task.node.instance_info
    const forgotten = from === 'rescue wait' ? { instance_info } : {}
    await task.transition('abort', { ...target(task), changes: { ...forgotten, driver_internal_info, last_error } })
  }
  return () => settleDebt(task, provisioning)
}

/** Whether an abort has left something to be put in order. */
export const isInDebt = ({ node }: Pick<ConductorTask, 'node'>): boolean => node.driver_internal_info[debtKey] === true

/** Puts that in order. What fails is noted, and not tried again. */
export async function settleDebt(task: ConductorTask, provisioning: Provisioning): Promise<void> {
  const isServiced = task.node.provision_state === 'service failed'
  try {
    if (isServiced) await returnToInstance(task)
    else await provisioning.cleanUp(task)
  } catch (error) {
    if (isLost(task, error)) throw error
    const failure = `Failed to clean up after an abort: ${failureText(error)}`
    const isRescue = task.node.provision_state === 'rescue failed'
    await task.save({
      changes: {
        ...(isRescue ? { maintenance: true, maintenance_reason: failure, fault: 'rescue abort failure' } : {}),
        driver_internal_info: without(task.node.driver_internal_info, debtKey),
        last_error: failure,
      },
      history: [{ event: failure, event_type: 'provisioning', severity: 'ERROR', user: null }],
      release: true,
    })
    return
  }
  const settled: TaskWrite = {
    changes: { driver_internal_info: without(task.node.driver_internal_info, debtKey) },
    release: true,
  }
  if (isServiced) await task.transition('abort', settled)
  else await task.save(settled)
}
