import { type Rehearsal, rehearsalProperties, validateRehearsal, waitsForAgent } from '../fake/rehearsal.ts'
import type { DeployInterface, NodeTask, NodeView, Progress, Step } from '../interfaces.ts'
import { switchOff, switchPower } from '../power/switch-power.ts'

/** Deploys nothing: the machine is switched on and off, and that is all. Waits for an agent where the node says so. */
export class FakeDeploy implements DeployInterface {
  readonly name = 'fake'
  readonly properties = rehearsalProperties('deploy', true)
  readonly #rehearsal: Rehearsal

  constructor(rehearsal: Rehearsal) {
    this.#rehearsal = rehearsal
  }

  validate(task: NodeView): void {
    validateRehearsal(task, 'deploy')
  }

  async deploy(task: NodeTask, agentHasCalled: boolean): Promise<Progress> {
    if (!agentHasCalled) {
      await this.#rehearsal.perform(task, 'deploy', 'deploy')
      await switchPower(task, 'power on')
    }
    return agentHasCalled || !waitsForAgent(task, 'deploy') ? 'done' : 'wait'
  }

  async tearDown(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'deploy', 'tear_down')
    await switchOff(task)
  }

  async takeOver(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'deploy', 'take_over')
  }

  async clean(task: NodeTask, steps: readonly Step[], agentHasCalled: boolean): Promise<Progress> {
    if (!agentHasCalled && waitsForAgent(task, 'deploy')) {
      await switchPower(task, 'power on')
      return 'wait'
    }
    const column = task.node.provision_state === 'servicing' ? 'service_step' : 'clean_step'
    for (const step of steps) {
      await task.update({ [column]: { ...step } })
      await this.#rehearsal.perform(task, 'deploy', 'clean')
    }
    return 'done'
  }

  async tearDownCleaning(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'deploy', 'tear_down_cleaning')
    await switchOff(task)
  }

  cleanSteps(): readonly Step[] {
    return [{ interface: 'deploy', step: 'erase_devices', args: {}, priority: 10 }]
  }
}
