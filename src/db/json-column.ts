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

const maxRemembered = 64

/** Parses in the same way, and remembers what it parsed last: for columns of which many rows have the same text. What it gives is frozen. */
export function rememberingParser(): (text: string | null) => JsonObject {
  const parsed = new Map<string, JsonObject>()
  return (text) => {
    const key = text ?? ''
    const known = parsed.get(key)
    if (known !== undefined) return known
    const value = Object.freeze(parseJsonColumn(text))
    if (parsed.size >= maxRemembered) parsed.clear()
    parsed.set(key, value)
    return value
  }
}
