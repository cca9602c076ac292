import { forgetAgent, hasAgentCalled, without } from './agent-notes.ts'
import type { Work } from './work.ts'

/** Deploys, or deploys again: as far as the agent's boot, and once that has called as far as the deploy interface goes. */
export const deploying: Work = {
  historyType: 'deploying',
  failure: 'Failed to deploy',
  async perform(task) {
    const agentHasCalled = hasAgentCalled(task.node)
    if (!agentHasCalled) await forgetAgent(task)
    const progress = await task.hardware.deploy.deploy(task, agentHasCalled)
    if (progress === 'wait') return { event: 'wait' }
    const driver_internal_info = without(task.node.driver_internal_info, 'user_deploy_steps')
    return { event: 'done', write: { changes: { deploy_step: {}, driver_internal_info, last_error: null } } }
  },
  async cleanUp(task) {
    await task.hardware.deploy.tearDown(task)
  },
  onFailure: () => ({ changes: { deploy_step: {} } }),
}
