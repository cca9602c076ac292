import type { Handlers } from '../../rpc/contract.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import { validated } from '../provision/validated.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/** `inspect_hardware`: finds out what hardware a node has. */
export function inspectHardware(
  tasks: NodeTasks,
  provisioning: Provisioning,
): NonNullable<Handlers['inspect_hardware']> {
  return async ({ node_id }, context) => {
    await tasks.begin(node_id, context, async (task) => {
      await validated(task, 'inspection', [task.hardware.power, task.hardware.inspect])
      return await provisioning.begin(task, 'inspect', {
        changes: { inspection_started_at: new Date(), inspection_finished_at: null },
      })
    })
    return {}
  }
}
