import type { JsonObject } from '../model/node.ts'
import type { NodeRecord } from '../model/records.ts'
import { isPowerAction, type PowerAction } from './rules/power-rules.ts'

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

/** A key of `driver_internal_info`; by its underscore it never leaves the conductor. */
const key = '_to_do'

export function toDoOf({ driver_internal_info: info }: Pick<NodeRecord, 'driver_internal_info'>): ToDo {
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

/** `driver_internal_info` with something more to do. */
export function withToDo(node: Pick<NodeRecord, 'driver_internal_info'>, more: ToDo): JsonObject {
  return { ...node.driver_internal_info, [key]: { ...toDoOf(node), ...more } }
}

/** `driver_internal_info` once that is done, or has failed for good. */
export function withoutToDo(node: Pick<NodeRecord, 'driver_internal_info'>, done: keyof ToDo): JsonObject {
  const { [done]: _, ...rest } = toDoOf(node)
  const { [key]: __, ...info } = node.driver_internal_info
  return Object.keys(rest).length > 0 ? { ...info, [key]: rest } : info
}

const asObject = (value: unknown): JsonObject => (typeof value === 'object' && value !== null ? { ...value } : {})
