import { switchOff } from '../../drivers/power/switch-power.ts'
import { forgetAgent, hasAgentCalled } from './agent-notes.ts'
import type { Work } from './work.ts'

/** Boots the rescue system. */
export const rescuing: Work = {
  historyType: 'rescue',
  failure: 'Failed to rescue',
  async perform(task) {
    const agentHasCalled = hasAgentCalled(task.node)
    if (!agentHasCalled) await forgetAgent(task)
    const progress = await task.hardware.rescue.rescue(task, agentHasCalled)
    return progress === 'wait' ? { event: 'wait' } : { event: 'done', write: { changes: { last_error: null } } }
  },
  async cleanUp(task) {
    await switchOff(task)
    await task.hardware.rescue.cleanUp(task)
  },
}

/** Boots the instance again. */
export const unrescuing: Work = {
  historyType: 'rescue',
  failure: 'Failed to unrescue',
  async perform(task) {
    await forgetAgent(task)
    await task.hardware.rescue.unrescue(task)
    return { event: 'done', write: { changes: { last_error: null } } }
  },
  async cleanUp() {},
}
