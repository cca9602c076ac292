import { once } from '../tasks/exclusive-tasks.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'
import { eachOwnNode, type Upkeep } from './each-own-node.ts'

/** Takes nodes out of maintenance that a power failure has put there, once their machines can be asked again. */
export function recoverPower(upkeep: Upkeep, tasks: NodeTasks): () => Promise<void> {
  return () =>
    eachOwnNode(upkeep, { maintenance: true, fault: 'power failure', reserved: false }, async (seen, context) => {
      if (seen.provision_state === 'enroll') return
      await tasks.run(
        seen.uuid,
        context,
        async (task) => {
          if (!task.node.maintenance || task.node.fault !== 'power failure') return
          const { power } = task.hardware
          await power.validate(task)
          const power_state = await power.getPowerState(task)
          if (power_state === 'error') return
          await task.update({ power_state, maintenance: false, maintenance_reason: null, fault: null })
          task.log.info({ power_state }, 'the machine can be asked for its power state again')
        },
        once,
      )
    })
}
