import { withoutAgent } from '../../drivers/power/switch-power.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'

/** Whether the agent that the node's work has booted was heard from, and the work goes on with it. */
export function hasAgentCalled({ driver_internal_info }: Pick<NodeRecord, 'driver_internal_info'>): boolean {
  return driver_internal_info.agent_has_called === true
}

/**
 * Before a work boots an agent: whatever ran there before is none of ours. A machine that has booted for a conductor that
 * then died was given the token already; the next boot gets another.
 */
export async function forgetAgent(task: ConductorTask): Promise<void> {
  await task.update({ driver_internal_info: withoutAgent(task.node.driver_internal_info) })
}

/** Notes that an abort has left the machine and its boot files to be put in order. */
export const debtKey = 'clean_up_owed'

/** A node's notes without some. */
export function without(notes: JsonObject, ...keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(notes).filter(([key]) => !keys.includes(key)))
}
