import type { ListedPort, ListedPortgroup } from '../model/management-stores.ts'
import type { JsonObject } from '../model/node.ts'
import type { NodeRecord } from '../model/records.ts'
import { type Fields, fieldNames } from './field.ts'
import { maskedDriverInfo, maskedInstanceInfo, maskedInternalInfo } from './masks.ts'
import { nodeFields } from './node-fields.ts'
import { portFields } from './port-fields.ts'
import { portgroupFields } from './portgroup-fields.ts'

/** What is shown of a node that its row does not say. */
export interface NodeExtras {
  /** Its owner by the ring. */
  readonly conductor?: string | null
  readonly traits?: readonly string[]
}

/** A node as REST shows it in a version, without links: all of its fields, or those named. No secret is in it. */
export function shownNode(
  record: NodeRecord,
  extras: NodeExtras,
  minor: number,
  names?: readonly string[],
): JsonObject {
  const values = {
    ...record,
    ...extras,
    driver_info: maskedDriverInfo(record.driver_info),
    instance_info: maskedInstanceInfo(record.instance_info),
    driver_internal_info: maskedInternalInfo(record.driver_internal_info),
    provision_state: shownState(record.provision_state, minor),
  }
  return shown(nodeFields, values, minor, names)
}

/** States as older versions knew them: `available` had no name, and an inspection that waits was none of its own. */
export function shownState(state: string | null, minor: number): string | null {
  if (state === null || state === 'available') return minor < 2 ? null : 'available'
  return state === 'inspect wait' && minor < 39 ? 'inspecting' : state
}

export function shownPort(record: ListedPort, minor: number, names?: readonly string[]): JsonObject {
  const link = record.local_link_connection
  const ofOvn = 'vtep-logical-switch' in link || 'vtep-physical-switch' in link
  return shown(portFields, minor < 90 && ofOvn ? { ...record, local_link_connection: {} } : record, minor, names)
}

export function shownPortgroup(record: ListedPortgroup, minor: number, names?: readonly string[]): JsonObject {
  return shown(portgroupFields, record, minor, names)
}

function shown<T>(
  fields: Fields<T>,
  values: { readonly [K in keyof T]?: unknown },
  minor: number,
  names: readonly string[] | undefined,
): JsonObject {
  const wanted = fieldNames(fields, minor).filter((name) => names === undefined || names.includes(name))
  return Object.fromEntries(wanted.map((name) => [name, shownTime(values[name] ?? fields[name].type.empty)]))
}

/** Times are as Python writes them, to the second at least. */
export const shownTime = (value: unknown) =>
  value instanceof Date ? value.toISOString().replace(/(?:\.000)?Z$/, '+00:00') : value
