import { BootringError } from '../../model/errors.ts'
import { waitStates } from '../../model/provision-states.ts'
import type { NodeRecord } from '../../model/records.ts'
import { isWorkingState, provisionStateOf } from '../../model/transitions.ts'

/** What is being done to a node, or waited for, may depend on how it boots. Throws `WrongState`. */
export function checkMayChangeFirmware(node: NodeRecord, what: string): void {
  const state = provisionStateOf(node)
  if (isWorkingState(state) || waitStates.has(state))
    throw new BootringError(
      'WrongState',
      `the ${what} of node ${node.uuid} can't change in state ${JSON.stringify(state)}`,
    )
}

/** Throws `InvalidParameter`. */
export function checkedBootMode(target: string): 'uefi' | 'bios' {
  if (target === 'uefi' || target === 'bios') return target
  throw new BootringError('InvalidParameter', `boot mode ${JSON.stringify(target)} is neither uefi nor bios`)
}
