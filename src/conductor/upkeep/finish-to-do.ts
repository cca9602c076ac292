import type { ConductorTask } from '../conductor-task.ts'
import { finishBootModeChange, finishSecureBootChange } from '../firmware-change.ts'
import type { NodeTasks } from '../node-tasks.ts'
import { finishPowerChange } from '../power-change.ts'
import { toDoOf } from '../to-do.ts'
import { eachOwnNode, once, type Upkeep } from './each-own-node.ts'

/** Does what a conductor that has died had promised to do to machines. Reads all nodes: for after a death. */
export function finishToDo(upkeep: Upkeep, tasks: NodeTasks): () => Promise<void> {
  return () =>
    eachOwnNode(upkeep, { reserved: false }, async (seen, context) => {
      if (Object.keys(toDoOf(seen)).length === 0) return
      await tasks.begin(seen.uuid, context, async (task) => () => finishAll(task), once)
    })
}

async function finishAll(task: ConductorTask): Promise<void> {
  await finishPowerChange(task)
  await finishBootModeChange(task)
  await finishSecureBootChange(task)
}
