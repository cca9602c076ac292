import { bootAgent, validateAgentBoot } from '../boot-agent.ts'
import { prepareInstanceBoot } from '../boot-instance.ts'
import type { NodeTask, NodeView, Progress, RescueInterface } from '../interfaces.ts'
import { switchPower } from '../power/switch-power.ts'
import { checkRescuePassword, forgetRescuePassword } from './rescue-password.ts'

/**
 * Boots the node's rescue system, or the agent. The node counts as rescued at its first heartbeat; this release does not
 * hand the password to the agent: who is to get in must be in the ramdisk.
 */
export class AgentRescue implements RescueInterface {
  readonly name = 'agent'
  readonly properties = {}

  validate(task: NodeView): void {
    validateAgentBoot(task)
    checkRescuePassword(task)
  }

  async rescue(task: NodeTask, agentHasCalled: boolean): Promise<Progress> {
    if (agentHasCalled) return 'done'
    await bootAgent(task, 'rescue wait')
    return 'wait'
  }

  async unrescue(task: NodeTask): Promise<void> {
    await this.cleanUp(task)
    await prepareInstanceBoot(task)
    await switchPower(task, 'rebooting')
  }

  async cleanUp(task: NodeTask): Promise<void> {
    await forgetRescuePassword(task)
    await task.hardware.boot.cleanUp(task.node.uuid)
  }
}
