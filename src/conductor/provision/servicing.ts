import { prepareInstanceBoot } from '../../drivers/boot-instance.ts'
import { switchPower } from '../../drivers/power/switch-power.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import { forgetAgent, hasAgentCalled, without } from './agent-notes.ts'
import { isStep } from './cleaning.ts'
import { stepsOf } from './steps.ts'
import type { Work } from './work.ts'

/** Changes an active machine by steps, and boots its instance again. */
export const servicing: Work = {
  historyType: 'servicing',
  failure: 'Failed to service',
  async perform(task) {
    const { deploy, network, power } = task.hardware
    await power.validate(task)
    await network.validate(task)
    const agentHasCalled = hasAgentCalled(task.node)
    if (!agentHasCalled) await forgetAgent(task)
    const steps = stepsOf(task.node.driver_internal_info, 'service_steps')
    const progress = await deploy.clean(task, steps, agentHasCalled)
    if (progress === 'wait') return { event: 'wait' }
    await returnToInstance(task)
    const driver_internal_info = without(task.node.driver_internal_info, 'service_steps', 'service_disable_ramdisk')
    return { event: 'done', write: { changes: { service_step: {}, driver_internal_info, last_error: null } } }
  },
  async cleanUp(task) {
    await task.hardware.deploy.tearDownCleaning(task)
  },
  fault: ({ node }) => (isStep(node.service_step) ? 'service failure' : undefined),
  onFailure: () => ({ changes: { service_step: {} } }),
}

/** Ends servicing, and has the machine boot its own system. */
export async function returnToInstance(task: ConductorTask): Promise<void> {
  await task.hardware.deploy.tearDownCleaning(task)
  await prepareInstanceBoot(task)
  await switchPower(task, 'power on')
}
