import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import type { Handlers } from '../../rpc/contract.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/**
 * `continue_inspection`: what an agent has found. It is stored before the state changes; where this conductor dies after
 * that, the machine is inspected once more.
 */
export function continueInspection(
  tasks: NodeTasks,
  provisioning: Provisioning,
): NonNullable<Handlers['continue_inspection']> {
  return async ({ inventory, node_id, plugin_data }, context) => {
    await tasks.begin(node_id, context, async (task) => {
      if (task.node.provision_state !== 'inspect wait')
        throw new BootringError('NotFound', `node ${node_id} is not being inspected`)
      await store(task, inventory, plugin_data)
      await task.transition('resume')
      return () => provisioning.finishInspection(task, inventory, plugin_data)
    })
    return {}
  }
}

/** Logs of the agent's can be huge, and are nobody's inventory. */
async function store(task: ConductorTask, inventory_data: JsonObject, { logs: _, ...plugin_data }: JsonObject) {
  await task.write((writer, session) => writer.setInventory(task.node.uuid, session, { inventory_data, plugin_data }))
}
