import { BootringError } from '../../model/errors.ts'
import { bootAgent, validateAgentBoot } from '../boot-agent.ts'
import type { DeployInterface, NodeTask, NodeView, Progress, Step } from '../interfaces.ts'
import { switchOff } from '../power/switch-power.ts'
import { cleanByAgent, endCleaningByAgent } from './agent-cleaning.ts'

/**
 * Boots the agent, which is to write an image onto the disk. This release goes as far as the agent's first heartbeat:
 * nothing tells it to write, and the node waits until it is undeployed, or the wait's time-out fails it.
 */
export class DirectDeploy implements DeployInterface {
  readonly name = 'direct'
  readonly properties = {}

  validate(task: NodeView): void {
    validateAgentBoot(task)
    const { instance_info, uuid } = task.node
    if (typeof instance_info.image_source !== 'string' || instance_info.image_source === '')
      throw new BootringError('MissingParameter', `node ${uuid} has no instance_info.image_source`)
  }

  async deploy(task: NodeTask, agentHasCalled: boolean): Promise<Progress> {
    if (!agentHasCalled) await bootAgent(task, 'wait call-back')
    return 'wait'
  }

  async tearDown(task: NodeTask): Promise<void> {
    await switchOff(task)
    await task.hardware.boot.cleanUp(task.node.uuid)
  }

  /** The instance boots from the disk. */
  async takeOver(): Promise<void> {}

  clean(task: NodeTask, steps: readonly Step[], agentHasCalled: boolean): Promise<Progress> {
    return cleanByAgent(task, steps, agentHasCalled)
  }

  tearDownCleaning(task: NodeTask): Promise<void> {
    return endCleaningByAgent(task)
  }

  cleanSteps(): readonly Step[] {
    return []
  }
}
