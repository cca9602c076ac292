import { randomBytes } from 'node:crypto'
import type { Handlers } from '../../rpc/contract.ts'
import { once } from '../tasks/exclusive-tasks.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/** What whoever comes later is given: nobody can heartbeat with it. */
const givenAlready = '******'

/**
 * `get_node_with_token`: an agent that has booted looks its node up. The first one gets the token, until the machine is
 * rebooted by a work.
 */
export function getNodeWithToken(tasks: NodeTasks): NonNullable<Handlers['get_node_with_token']> {
  return async ({ node_id }, context) => {
    const known = (await tasks.look(node_id)).node.driver_internal_info.agent_secret_token
    if (known !== undefined && known !== null) return { agent_token: givenAlready }
    // Agents ask again: their requests must not pile up here.
    return await tasks.run(
      node_id,
      context,
      async (task) => {
        const notes = task.node.driver_internal_info
        if (typeof notes.agent_secret_token === 'string') return { agent_token: givenAlready }
        const agent_token = randomBytes(32).toString('base64url')
        await task.update({ driver_internal_info: { ...notes, agent_secret_token: agent_token } })
        return { agent_token }
      },
      once,
    )
  }
}
