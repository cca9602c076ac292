import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import type { PowerState } from '../../model/records.ts'
import type { NodeTask } from '../interfaces.ts'

/** What `driver_internal_info` knows of an agent; none of it outlives the agent's boot. */
const agentKeys = [
  'agent_cached_clean_steps',
  'agent_cached_deploy_steps',
  'agent_has_called',
  'agent_secret_token',
  'agent_start_attempted',
  'agent_status',
  'agent_status_message',
  'agent_url',
  'agent_verify_ca',
]

/** The state that a target leads to. */
export const restingPowerState = (target: PowerState): 'power on' | 'power off' =>
  target === 'power off' || target === 'soft power off' ? 'power off' : 'power on'

/**
 * Switches the node's machine, and writes what came of it into the row: the one way to do so. A machine that has the
 * state already is left alone. Off, or rebooting, it forgets its agent, which gets a new token at its next boot. Throws
 * what the power interface throws, `InvalidParameter` for what it doesn't take, and `HardwareFailed` for switching off
 * what `disable_power_off` protects.
 */
export async function switchPower(task: NodeTask, target: PowerState, timeoutSeconds?: number): Promise<void> {
  const { power } = task.hardware
  const wanted = restingPowerState(target)
  if (wanted === 'power off' && task.node.disable_power_off)
    throw new BootringError('HardwareFailed', `node ${task.node.uuid} has disable_power_off, and is not switched off`)
  if (!power.supportedPowerStates.includes(target))
    throw new BootringError('InvalidParameter', `power interface ${power.name} does not take ${JSON.stringify(target)}`)
  const reboots = target === 'rebooting' || target === 'soft rebooting'
  const forgotten =
    wanted === 'power off' || reboots ? { driver_internal_info: withoutAgent(task.node.driver_internal_info) } : {}
  if (!reboots && (await power.getPowerState(task)) === wanted) {
    await task.update({ ...forgotten, power_state: wanted, target_power_state: null })
    return
  }
  await task.update({ ...forgotten, target_power_state: wanted })
  try {
    if (target === 'rebooting') await power.reboot(task, timeoutSeconds)
    else await power.setPowerState(task, target, timeoutSeconds)
  } catch (error) {
    // The failure that counts is the first one.
    await task.update({ target_power_state: null }).catch(() => undefined)
    throw error
  }
  await task.update({ power_state: wanted, target_power_state: null })
}

/** Off, or through a reboot where the machine must not be switched off. */
export async function switchOff(task: NodeTask): Promise<void> {
  await switchPower(task, task.node.disable_power_off ? 'rebooting' : 'power off')
}

/** Notes without those on an agent. A token that came with the image stays: the next boot has the same one. */
export function withoutAgent(internal: JsonObject): JsonObject {
  const keeps = internal.agent_secret_token_pregenerated === true
  return Object.fromEntries(
    Object.entries(internal).filter(([key]) => !agentKeys.includes(key) || (keeps && key === 'agent_secret_token')),
  )
}
