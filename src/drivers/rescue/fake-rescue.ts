import { type Rehearsal, rehearsalProperties, validateRehearsal, waitsForAgent } from '../fake/rehearsal.ts'
import type { NodeTask, NodeView, Progress, RescueInterface } from '../interfaces.ts'
import { forgetRescuePassword } from './rescue-password.ts'

/** Rescues nothing. Waits for an agent where the node says so. */
export class FakeRescue implements RescueInterface {
  readonly name = 'fake'
  readonly properties = rehearsalProperties('rescue', true)
  readonly #rehearsal: Rehearsal

  constructor(rehearsal: Rehearsal) {
    this.#rehearsal = rehearsal
  }

  validate(task: NodeView): void {
    validateRehearsal(task, 'rescue')
  }

  async rescue(task: NodeTask, agentHasCalled: boolean): Promise<Progress> {
    if (agentHasCalled) return 'done'
    await this.#rehearsal.perform(task, 'rescue', 'rescue')
    return waitsForAgent(task, 'rescue') ? 'wait' : 'done'
  }

  async unrescue(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'rescue', 'unrescue')
    await forgetRescuePassword(task)
  }

  async cleanUp(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'rescue', 'clean_up')
    await forgetRescuePassword(task)
  }
}
