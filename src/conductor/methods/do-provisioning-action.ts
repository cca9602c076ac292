import { BootringError } from '../../model/errors.ts'
import { provisionStateOf } from '../../model/transitions.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { abort } from '../provision/abort.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

const actions = ['manage', 'provide', 'adopt', 'abort', 'unhold'] as const

/** `do_provisioning_action`: verbs that have no method of their own. */
export function doProvisioningAction(
  tasks: NodeTasks,
  provisioning: Provisioning,
): NonNullable<Handlers['do_provisioning_action']> {
  return async ({ action: asked, node_id }, context) => {
    const action = actions.find((one) => one === asked)
    if (action === undefined)
      throw new BootringError('InvalidParameter', `${JSON.stringify(asked)} is none of ${actions.join(', ')}`)
    await tasks.begin(node_id, context, async (task) => {
      if (action === 'abort') return await abort(task, provisioning)
      if (action === 'provide') refuseRetired(task)
      const begins = action === 'adopt' || provisionStateOf(task.node) === 'enroll' || action === 'provide'
      return await provisioning.enter(task, action, begins ? { changes: { last_error: null } } : {})
    })
    return {}
  }
}

function refuseRetired({ node }: ConductorTask): void {
  if (!node.retired) return
  const message = `The provide operation can't be performed on node ${node.uuid} because it is retired.`
  throw new BootringError('InvalidParameter', message)
}
