import { finishBootModeChange, finishSecureBootChange } from '../hardware-changes/firmware-change.ts'
import { finishPowerChange } from '../hardware-changes/power-change.ts'
import { hasToDo, isOutdated, toDoOf, withoutAnyToDo } from '../hardware-changes/to-do.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import { once } from '../tasks/exclusive-tasks.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'
import { eachOwnNode, type Upkeep } from './each-own-node.ts'

/** Does what a conductor has promised to do to a node's hardware before it died, or lost its session. */
export function finishToDo(upkeep: Upkeep, tasks: Pick<NodeTasks, 'begin'>): () => Promise<void> {
  return () =>
    eachOwnNode(upkeep, { has_to_do: true, reserved: false }, async (seen, context) => {
      await tasks.begin(
        seen.uuid,
        context,
        async (task) => (hasToDo(task.node) ? () => finishOrGiveUp(task) : undefined),
        once,
      )
    })
}

/** What is left of a node's to-do, found by whoever comes by. */
export async function finishOrGiveUp(task: ConductorTask): Promise<void> {
  if (isOutdated(task.node)) return await giveUp(task)
  task.log.warn({ toDo: toDoOf(task.node) }, 'takes up a change of hardware that a conductor has left unfinished')
  await finishBootModeChange(task)
  await finishSecureBootChange(task)
  await finishPowerChange(task)
}

/** A machine that boots its agent by now, say, must not be switched off for what somebody wanted before. */
async function giveUp(task: ConductorTask): Promise<void> {
  const toDo = toDoOf(task.node)
  const event = `A change of hardware was left unfinished, and is out of date in this state: ${JSON.stringify(toDo)}`
  await task.save({
    changes: { target_power_state: null, last_error: event, driver_internal_info: withoutAnyToDo(task.node) },
    history: [{ event, event_type: 'takeover', severity: 'ERROR', user: null }],
  })
  task.log.warn({ toDo }, 'gave up a change of hardware that a conductor has left unfinished')
}
