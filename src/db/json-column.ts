import type { JsonObject } from '../model/node.ts'

/** Reads one of Ironic's JSON text columns: null, an empty text or `null` mean an empty object. */
export function parseJsonColumn(text: string | null): JsonObject {
  if (!text || text === '{}') return {}
  const value: unknown = JSON.parse(text)
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TypeError('a JSON column holds something other than an object')
  }
  return value as JsonObject
}
