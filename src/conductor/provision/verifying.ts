import { BootringError } from '../../model/errors.ts'
import type { Work } from './work.ts'

/** Tries the power credentials: the node becomes manageable, or stays enrolled. */
export const verifying: Work = {
  historyType: 'verify',
  failure: 'Failed to verify the power credentials',
  async perform(task) {
    const { power } = task.hardware
    await power.validate(task)
    const power_state = await power.getPowerState(task)
    if (power_state === 'error') throw new BootringError('HardwareFailed', 'the machine says that its power has failed')
    return { event: 'done', write: { changes: { ...(power_state === null ? {} : { power_state }), last_error: null } } }
  },
  async cleanUp() {},
}
