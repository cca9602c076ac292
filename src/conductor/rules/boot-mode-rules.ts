import { BootringError } from '../../model/errors.ts'
import type { NodeRecord } from '../../model/records.ts'

/** States that end without anybody's asking. Source: ironic/common/states.py, UNSTABLE_STATES. */
const passing: ReadonlySet<string | null> = new Set([
  'deploying',
  'wait call-back',
  'cleaning',
  'clean wait',
  'verifying',
  'deleting',
  'inspecting',
  'inspect wait',
  'adopting',
  'rescuing',
  'rescue wait',
  'unrescuing',
  'servicing',
  'service wait',
])

/** What is being done to a node may depend on how it boots. Throws `WrongState`. */
export function checkMayChangeFirmware(node: NodeRecord, what: string): void {
  if (passing.has(node.provision_state))
    throw new BootringError(
      'WrongState',
      `the ${what} of node ${node.uuid} can't change in state ${JSON.stringify(node.provision_state)}`,
    )
}

/** Throws `InvalidParameter`. */
export function checkedBootMode(target: string): 'uefi' | 'bios' {
  if (target === 'uefi' || target === 'bios') return target
  throw new BootringError('InvalidParameter', `boot mode ${JSON.stringify(target)} is neither uefi nor bios`)
}
