import type { JsonObject } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import { toDoKey as key } from '../../model/to-do-key.ts'
import { isPowerAction, type PowerAction } from '../rules/power-rules.ts'

/**
 * What a request has asked of a node's hardware and a conductor has promised, and what no column tells in full: a reboot
 * is on its way to `power on` like any other start. It stands in the row until it is done or has failed, so that the next
 * conductor finds it where this one dies.
 */
export interface ToDo {
  power?: { action: PowerAction; timeoutSeconds?: number }
  boot_mode?: 'uefi' | 'bios'
  secure_boot?: boolean
}

type Noted = Pick<NodeRecord, 'driver_internal_info'>

export function toDoOf({ driver_internal_info: info }: Noted): ToDo {
  const { boot_mode, power, secure_boot } = asObject(info[key])
  const { action, timeoutSeconds } = asObject(power)
  return {
    ...(isPowerAction(action)
      ? { power: { action, ...(typeof timeoutSeconds === 'number' ? { timeoutSeconds } : {}) } }
      : {}),
    ...(boot_mode === 'uefi' || boot_mode === 'bios' ? { boot_mode } : {}),
    ...(typeof secure_boot === 'boolean' ? { secure_boot } : {}),
  }
}

/** Whether anything is left to do. */
export const hasToDo = (node: Noted): boolean => key in node.driver_internal_info

/** Whether the node has gone on to another state since: what was asked for then may be wrong by now. */
export function isOutdated(node: Noted & Pick<NodeRecord, 'provision_state'>): boolean {
  return asObject(node.driver_internal_info[key]).asked_in !== node.provision_state
}

/** `driver_internal_info` with something more to do. */
export function withToDo(node: Noted & Pick<NodeRecord, 'provision_state'>, more: ToDo): JsonObject {
  return { ...node.driver_internal_info, [key]: { ...toDoOf(node), ...more, asked_in: node.provision_state } }
}

/** `driver_internal_info` once that is done, or has failed for good. */
export function withoutToDo(node: Noted, done: keyof ToDo): JsonObject {
  const { [done]: _, ...rest } = toDoOf(node)
  const { asked_in } = asObject(node.driver_internal_info[key])
  const info = withoutAnyToDo(node)
  return Object.keys(rest).length > 0 ? { ...info, [key]: { ...rest, asked_in } } : info
}

/** `driver_internal_info` with nothing left to do. */
export function withoutAnyToDo(node: Noted): JsonObject {
  const { [key]: _, ...info } = node.driver_internal_info
  return info
}

const asObject = (value: unknown): JsonObject => (typeof value === 'object' && value !== null ? { ...value } : {})
