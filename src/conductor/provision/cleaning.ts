import type { NodeRecord } from '../../model/records.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import { forgetAgent, hasAgentCalled, without } from './agent-notes.ts'
import { stepsOf } from './steps.ts'
import type { Outcome, Work } from './work.ts'

/** Cleaning by hand is on its way to `manageable`, automated cleaning to `available`. */
const isManual = ({ node }: Pick<ConductorTask, 'node'>): boolean => node.target_provision_state === 'manageable'

const isAutomated = (node: NodeRecord, byDefault: boolean): boolean => node.automated_clean ?? byDefault

/** `[conductor]automated_clean`, which nodes may overrule. */
export function cleaning(automatedClean: boolean): Work {
  return {
    historyType: 'cleaning',
    failure: 'Failed to clean',
    async perform(task) {
      const { deploy, network, power } = task.hardware
      if (!isManual(task) && !isAutomated(task.node, automatedClean)) return done(task)
      await power.validate(task)
      await network.validate(task)
      const agentHasCalled = hasAgentCalled(task.node)
      if (!agentHasCalled) await forgetAgent(task)
      const steps = isManual(task) ? stepsOf(task.node.driver_internal_info, 'clean_steps') : deploy.cleanSteps(task)
      const progress = await deploy.clean(task, steps, agentHasCalled)
      if (progress === 'wait') return { event: 'wait', write: target(task) }
      await deploy.tearDownCleaning(task)
      return done(task)
    },
    async cleanUp(task) {
      await task.hardware.deploy.tearDownCleaning(task)
    },
    fault: ({ node }) => (isStep(node.clean_step) ? 'clean failure' : undefined),
    onFailure: (task) => ({ ...target(task), changes: { clean_step: {} } }),
  }
}

/** A node that is to be retired is given to nobody any more. */
function done(task: ConductorTask): Outcome {
  const driver_internal_info = without(task.node.driver_internal_info, 'clean_steps', 'cleaning_disable_ramdisk')
  const event = isManual(task) || task.node.retired ? 'manage' : 'done'
  return { event, write: { changes: { clean_step: {}, driver_internal_info } } }
}

/** For changes of state after which the node is still on its way to where it was. */
export function target(task: ConductorTask): { target?: 'manageable' } {
  return isManual(task) ? { target: 'manageable' } : {}
}

/** While a step is under way. */
export const isStep = (step: object): boolean => Object.keys(step).length > 0
