import type { ProvisionState } from '../../model/provision-states.ts'
import { hasAgentCalled } from '../provision/agent-notes.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import { once } from '../tasks/exclusive-tasks.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'
import { eachOwnNode, type Upkeep } from './each-own-node.ts'

/** How long nodes wait for an agent; 0: for ever. */
export type WaitTimeouts = ReadonlyMap<ProvisionState, number>

/**
 * Fails nodes that have waited for too long. Not those in maintenance: somebody works on them. Nor those that a fleet file
 * has put into a wait state, so that they may boot: nobody has asked for anything that could fail.
 */
export function checkWaitTimeouts(
  upkeep: Upkeep,
  tasks: NodeTasks,
  provisioning: Provisioning,
  timeouts: WaitTimeouts,
): () => Promise<void> {
  return async () => {
    for (const [state, seconds] of timeouts) {
      if (seconds <= 0) continue
      const filter = {
        provision_states: [state],
        reserved: false,
        maintenance: false,
        under_way: true as const,
        provisioned_before_seconds: seconds,
      }
      await eachOwnNode(upkeep, filter, async (seen, context) => {
        await tasks.begin(
          seen.uuid,
          context,
          async (task) => {
            const { maintenance, provision_state, provision_updated_at: since } = task.node
            // What was listed may have gone on meanwhile, and be waiting again.
            const isSame = since?.getTime() === seen.provision_updated_at?.getTime()
            if (provision_state !== state || maintenance || !isSame) return undefined
            return () => provisioning.giveUp(task, reason(state, seconds, hasAgentCalled(task.node)))
          },
          once,
        )
      })
    }
  }
}

function reason(state: string, seconds: number, agentHasCalled: boolean): string {
  const begin = `Timeout reached: the node was in state "${state}" for longer than ${seconds} s`
  if (!agentHasCalled) return `${begin}, and its agent was not heard from`
  return `${begin}; its agent has called, but this release does not go on from there`
}
