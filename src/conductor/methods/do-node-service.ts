import type { Handlers } from '../../rpc/contract.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import { parseSteps } from '../provision/steps.ts'
import { refuseInMaintenance, validated } from '../provision/validated.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/** `do_node_service`: changes an active node by the steps that are named. */
export function doNodeService(tasks: NodeTasks, provisioning: Provisioning): NonNullable<Handlers['do_node_service']> {
  return async ({ disable_ramdisk, node_id, service_steps }, context) => {
    const steps = parseSteps(service_steps)
    await tasks.begin(node_id, context, async (task) => {
      refuseInMaintenance(task, 'service')
      await validated(task, 'servicing', [task.hardware.power, task.hardware.network])
      return await provisioning.begin(task, 'service', {
        notes: { service_steps: steps, service_disable_ramdisk: disable_ramdisk },
        changes: { service_step: {} },
      })
    })
    return {}
  }
}
