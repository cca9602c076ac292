import type { JsonObject } from '../model/node.ts'

/** A JSON value as an object; an empty one for whatever else it is. */
export const asObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
