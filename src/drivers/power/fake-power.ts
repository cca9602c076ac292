import { BootringError } from '../../model/errors.ts'
import type { PowerState } from '../../model/records.ts'
import { type Rehearsal, rehearsalProperties, validateRehearsal } from '../fake/rehearsal.ts'
import type { NodeTask, NodeView, PowerInterface } from '../interfaces.ts'

/**
 * Switches nothing: the power state is what was last set, and stands in the row, where any conductor finds it. For
 * rehearsals, and for machines that people switch.
 */
export class FakePower implements PowerInterface {
  readonly name = 'fake'
  readonly properties = rehearsalProperties('power')
  readonly supportedPowerStates = ['power on', 'power off', 'rebooting', 'soft power off', 'soft rebooting'] as const
  readonly #rehearsal: Rehearsal

  constructor(rehearsal: Rehearsal) {
    this.#rehearsal = rehearsal
  }

  validate(task: NodeView): void {
    validateRehearsal(task, 'power')
  }

  async getPowerState(task: NodeTask): Promise<PowerState | null> {
    await this.#rehearsal.perform(task, 'power', 'get_power_state')
    return task.node.power_state
  }

  async setPowerState(task: NodeTask, target: PowerState): Promise<void> {
    await this.#rehearsal.perform(task, 'power', 'set_power_state')
    if (target === 'error') throw new BootringError('InvalidParameter', 'no machine can be switched to "error"')
    const off = target === 'power off' || target === 'soft power off'
    await task.update({ power_state: off ? 'power off' : 'power on' })
  }

  async reboot(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'power', 'reboot')
    await task.update({ power_state: 'power on' })
  }
}
