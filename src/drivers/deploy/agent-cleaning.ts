import { BootringError } from '../../model/errors.ts'
import type { ProvisionState } from '../../model/provision-states.ts'
import { bootAgent } from '../boot-agent.ts'
import type { NodeTask, Progress, Step } from '../interfaces.ts'
import { switchOff } from '../power/switch-power.ts'

/**
 * Cleaning by the agent, as far as this release goes: steps that somebody asks for boot the agent, and then fail, since
 * nothing here tells the agent to carry them out yet. It must not look as if a disk had been erased. Automated cleaning has
 * no steps.
 */
export async function cleanByAgent(task: NodeTask, steps: readonly Step[], agentHasCalled: boolean): Promise<Progress> {
  if (steps.length === 0) return 'done'
  if (agentHasCalled)
    throw new BootringError(
      'UnsupportedDriverExtension',
      `the agent of node ${task.node.uuid} has booted, but this release has no way to have it carry out ${steps.map(({ step }) => step).join(', ')}`,
    )
  const { cleaning_disable_ramdisk, service_disable_ramdisk } = task.node.driver_internal_info
  if (cleaning_disable_ramdisk === true || service_disable_ramdisk === true)
    throw new BootringError(
      'InvalidParameter',
      `node ${task.node.uuid} has no step that could be carried out without the agent`,
    )
  const waiting: ProvisionState = task.node.provision_state === 'servicing' ? 'service wait' : 'clean wait'
  await bootAgent(task, waiting)
  return 'wait'
}

/** The agent's boot files go, and the machine is switched off. */
export async function endCleaningByAgent(task: NodeTask): Promise<void> {
  await task.hardware.boot.cleanUp(task.node.uuid)
  await switchOff(task)
}
