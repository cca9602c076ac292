import type { Handlers } from '../../rpc/contract.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import { refuseInMaintenance, validated } from '../provision/validated.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/** `do_node_rescue`: boots a node's rescue system. The password gets into the row together with the state. */
export function doNodeRescue(tasks: NodeTasks, provisioning: Provisioning): NonNullable<Handlers['do_node_rescue']> {
  return async ({ node_id, rescue_password }, context) => {
    await tasks.begin(node_id, context, async (task) => {
      refuseInMaintenance(task, 'rescuing')
      const { hardware, node, ports } = task
      const instance_info = { ...node.instance_info, rescue_password }
      const view = { node: { ...node, instance_info }, ports, hardware }
      await validated(view, 'rescue', [hardware.power, hardware.rescue, hardware.network])
      return await provisioning.begin(task, 'rescue', { changes: { instance_info } })
    })
    return {}
  }
}

/** `do_node_unrescue`: boots the instance again. */
export function doNodeUnrescue(
  tasks: NodeTasks,
  provisioning: Provisioning,
): NonNullable<Handlers['do_node_unrescue']> {
  return async ({ node_id }, context) => {
    await tasks.begin(node_id, context, async (task) => {
      refuseInMaintenance(task, 'unrescuing')
      await validated(task, 'unrescue', [task.hardware.power])
      return await provisioning.begin(task, 'unrescue')
    })
    return {}
  }
}
