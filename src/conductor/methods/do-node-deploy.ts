import { BootringError } from '../../model/errors.ts'
import { allowsEvent } from '../../model/transitions.ts'
import type { Handlers } from '../../rpc/contract.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import { refuseInMaintenance, refuseProtected, validated } from '../provision/validated.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/** `do_node_deploy`: deploys a node, or deploys it again. */
export function doNodeDeploy(tasks: NodeTasks, provisioning: Provisioning): NonNullable<Handlers['do_node_deploy']> {
  return async ({ configdrive, deploy_steps = [], node_id, rebuild }, context) => {
    if (deploy_steps.length > 0)
      throw new BootringError('NotImplemented', 'bootring does not have deploy steps that are asked for yet')
    await tasks.begin(node_id, context, async (task) => {
      const event = rebuild ? 'rebuild' : 'deploy'
      refuseInMaintenance(task, 'provisioning')
      if (rebuild) refuseProtected(task, 'rebuilt')
      // Says so before the interfaces are asked, as Ironic does.
      if (!allowsEvent(task.node, event)) return await provisioning.enter(task, event)
      await validated(task, 'deployment', [task.hardware.power, task.hardware.deploy])
      const drive = configdrive === undefined ? {} : { instance_info: { ...task.node.instance_info, configdrive } }
      return await provisioning.begin(task, event, { changes: { ...drive, deploy_step: {} } })
    })
    return {}
  }
}
