import { isWorkingState, workingStates } from '../../model/transitions.ts'
import { isInDebt, settleDebt } from '../provision/abort.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import { once } from '../tasks/exclusive-tasks.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'
import { eachOwnNode, type Upkeep } from './each-own-node.ts'

const aborted = ['deploy failed', 'clean failed', 'inspect failed', 'rescue failed', 'service failed']

/**
 * Does the work of nodes that are in a working state while nobody holds them: their conductor has died, or lost its
 * session. What an abort has left undone is seen to as well.
 */
export function pickUp(upkeep: Upkeep, tasks: NodeTasks, provisioning: Provisioning): () => Promise<void> {
  return () =>
    eachOwnNode(
      upkeep,
      { provision_states: [...workingStates, ...aborted], reserved: false },
      async (seen, context) => {
        if (!isWorkingState(seen.provision_state) && !isInDebt({ node: seen })) return
        await tasks.begin(
          seen.uuid,
          context,
          async (task) => {
            if (isWorkingState(task.node.provision_state)) {
              task.log.warn({ state: task.node.provision_state }, 'takes up the work of a conductor that has stopped')
              return () => provisioning.work(task)
            }
            return isInDebt(task) ? () => settleDebt(task, provisioning) : undefined
          },
          once,
        )
      },
    )
}
