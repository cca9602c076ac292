import type { ListedPort, ListedPortgroup } from '../model/management-stores.ts'
import type { JsonObject } from '../model/node.ts'
import type { NodeRecord } from '../model/records.ts'
import { type Fields, keysOf } from './field.ts'
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
  const row: { readonly [K in keyof typeof nodeFields]?: unknown } = record
  const valueFor = (name: keyof typeof nodeFields): unknown => {
    switch (name) {
      case 'driver_info':
        return maskedDriverInfo(record.driver_info)
      case 'instance_info':
        return maskedInstanceInfo(record.instance_info)
      case 'driver_internal_info':
        return maskedInternalInfo(record.driver_internal_info)
      case 'provision_state':
        return shownState(record.provision_state, minor)
      case 'traits':
      case 'conductor':
        return extras[name]
      default:
        return row[name]
    }
  }
  return shown(nodeFields, valueFor, minor, names)
}

/** States as older versions knew them: `available` had no name, and an inspection that waits was none of its own. */
function shownState(state: string | null, minor: number): string | null {
  if (state === null || state === 'available') return minor < 2 ? null : 'available'
  return state === 'inspect wait' && minor < 39 ? 'inspecting' : state
}

export function shownPort(record: ListedPort, minor: number, names?: readonly string[]): JsonObject {
  const link = record.local_link_connection
  const ofOvn = 'vtep-logical-switch' in link || 'vtep-physical-switch' in link
  const valueFor = (name: keyof typeof portFields) =>
    name === 'local_link_connection' && minor < 90 && ofOvn ? {} : record[name]
  return shown(portFields, valueFor, minor, names)
}

export function shownPortgroup(record: ListedPortgroup, minor: number, names?: readonly string[]): JsonObject {
  return shown(portgroupFields, (name) => record[name], minor, names)
}

/** One value after the other: a page of a list has 1000 records, of which most lists want a few fields. */
function shown<T>(
  fields: Fields<T>,
  valueFor: (name: keyof T & string) => unknown,
  minor: number,
  names: readonly string[] | undefined,
): JsonObject {
  const object: JsonObject = {}
  for (const name of keysOf(fields)) {
    const { since, type } = fields[name]
    if (since <= minor && (names === undefined || names.includes(name))) {
      object[name] = shownTime(valueFor(name) ?? type.empty)
    }
  }
  return object
}

/** Times are as Python writes them, to the second at least. */
export const shownTime = (value: unknown) =>
  value instanceof Date ? value.toISOString().replace(/(?:\.000)?Z$/, '+00:00') : value
