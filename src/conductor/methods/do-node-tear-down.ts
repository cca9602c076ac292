import { allowsEvent } from '../../model/transitions.ts'
import type { Handlers } from '../../rpc/contract.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import { refuseProtected, validated } from '../provision/validated.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/** `do_node_tear_down`: takes a node out of use. In maintenance too, as in Ironic. */
export function doNodeTearDown(
  tasks: NodeTasks,
  provisioning: Provisioning,
): NonNullable<Handlers['do_node_tear_down']> {
  return async ({ node_id }, context) => {
    await tasks.begin(node_id, context, async (task) => {
      refuseProtected(task, 'undeployed')
      if (!allowsEvent(task.node, 'delete')) return await provisioning.enter(task, 'delete')
      await validated(task, 'tear-down', [task.hardware.power])
      return await provisioning.begin(task, 'delete', { notes: { deleting_from: task.node.provision_state } })
    })
    return {}
  }
}
