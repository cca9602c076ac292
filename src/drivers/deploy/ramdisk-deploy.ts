import { BootringError } from '../../model/errors.ts'
import { prepareInstanceBoot } from '../boot-instance.ts'
import type { DeployInterface, NodeTask, NodeView, Progress, Step } from '../interfaces.ts'
import { nodeWithPorts } from '../node-with-ports.ts'
import { switchOff, switchPower } from '../power/switch-power.ts'
import { cleanByAgent, endCleaningByAgent } from './agent-cleaning.ts'

/** For diskless machines: each boot fetches the instance's kernel and ramdisk, or ISO, from the conductor. */
export class RamdiskDeploy implements DeployInterface {
  readonly name = 'ramdisk'
  readonly properties = {}

  validate(task: NodeView): void {
    const { hardware, node, ports } = task
    hardware.boot.validate({ node: { ...node, deploy_interface: this.name }, ports })
    const { boot_iso: iso, kernel, ramdisk } = node.instance_info
    if (!iso && !(kernel && ramdisk))
      throw new BootringError(
        'MissingParameter',
        `node ${node.uuid} has neither instance_info.boot_iso nor instance_info.kernel and ramdisk`,
      )
  }

  async deploy(task: NodeTask): Promise<Progress> {
    if (!task.node.disable_power_off) await switchPower(task, 'power off')
    await prepareInstanceBoot(task)
    await switchPower(task, task.node.disable_power_off ? 'rebooting' : 'power on')
    return 'done'
  }

  async tearDown(task: NodeTask): Promise<void> {
    await switchOff(task)
    await task.hardware.boot.cleanUp(task.node.uuid)
  }

  async takeOver(task: NodeTask): Promise<void> {
    await task.hardware.boot.prepare(nodeWithPorts(task, 'active'))
  }

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
