import { restingPowerState } from '../../drivers/power/switch-power.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeRecord, PowerState } from '../../model/records.ts'

/** What a node's power may be asked to become. */
export type PowerAction = Exclude<PowerState, 'error'>
const actions: readonly string[] = [
  'power on',
  'power off',
  'rebooting',
  'soft power off',
  'soft rebooting',
] satisfies PowerAction[]

export const isPowerAction = (text: unknown): text is PowerAction => typeof text === 'string' && actions.includes(text)

/** A soft action asks the machine's operating system, which takes its time, or never does it. */
export const isSoft = (action: PowerAction) => action.startsWith('soft ')

/**
 * The action that a request asks for, where the node allows it. Throws `InvalidStateRequested`, `InvalidParameter` where its
 * driver can't do that, `WrongState` where it must not be switched off. Source: ironic/api/controllers/v1/node.py
 * (NodeStatesController.power) and ironic/conductor/manager.py (change_node_power_state).
 */
export function checkedPowerAction(node: NodeRecord, target: string, supported: readonly PowerState[]): PowerAction {
  const { uuid } = node
  if (!isPowerAction(target))
    throw new BootringError(
      'InvalidStateRequested',
      `node ${uuid} can't be brought into power state ${JSON.stringify(target)}`,
    )
  if (node.provision_state === 'clean wait' || node.provision_state === 'cleaning')
    throw new BootringError(
      'InvalidStateRequested',
      `node ${uuid} can't be switched while it is in state ${node.provision_state}`,
    )
  if (restingPowerState(target) === 'power off' && node.disable_power_off)
    throw new BootringError('WrongState', `node ${uuid} must not be switched off: disable_power_off is set`)
  if (!supported.includes(target))
    throw new BootringError(
      'InvalidParameter',
      `the power interface of node ${uuid} can't do ${JSON.stringify(target)}`,
    )
  return target
}
