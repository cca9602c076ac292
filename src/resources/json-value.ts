import type { JsonObject } from '../model/node.ts'
import { invalid } from './value-type.ts'

/** Deeper than anything that means something, and far from what recursion bears. */
const maxDepth = 64

/** Names through which an object's prototype is reached: they never come out of a document. */
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])

export const isForbiddenName = (name: string) => forbiddenNames.has(name)

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Throws `InvalidParameter` for what is nested too deeply, or has names that only an attack has. */
export function checkJson(value: unknown, name: string, depth = maxDepth): void {
  if (typeof value !== 'object' || value === null) return
  if (depth === 0) throw invalid(`${name} is nested more than ${maxDepth} levels deep; make it flatter.`)
  if (Array.isArray(value)) {
    for (const item of value) checkJson(item, name, depth - 1)
    return
  }
  for (const [key, member] of Object.entries(value)) {
    if (forbiddenNames.has(key)) throw invalid(`${name} has a member called "${key}", which is not allowed.`)
    checkJson(member, name, depth - 1)
  }
}
