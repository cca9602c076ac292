import type { Handlers } from '../../rpc/contract.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import { parseSteps } from '../provision/steps.ts'
import { refuseInMaintenance, validated } from '../provision/validated.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/** `do_node_clean`: cleans by the steps that are named, and ends in `manageable`. */
export function doNodeClean(tasks: NodeTasks, provisioning: Provisioning): NonNullable<Handlers['do_node_clean']> {
  return async ({ clean_steps, disable_ramdisk, node_id }, context) => {
    const steps = parseSteps(clean_steps)
    await tasks.begin(node_id, context, async (task) => {
      refuseInMaintenance(task, 'cleaning')
      await validated(task, 'cleaning', [task.hardware.power, task.hardware.network])
      return await provisioning.begin(task, 'clean', {
        target: 'manageable',
        notes: { clean_steps: steps, cleaning_disable_ramdisk: disable_ramdisk },
        changes: { clean_step: {} },
      })
    })
    return {}
  }
}
