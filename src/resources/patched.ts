import { isDeepStrictEqual } from 'node:util'
import { BootringError } from '../model/errors.ts'
import type { JsonObject } from '../model/node.ts'
import { type Fields, fieldNames, tooNew } from './field.ts'
import { applyPatch, patchedField, readPatch } from './json-patch.ts'
import { invalid, type ValueType } from './value-type.ts'

/**
 * What a JSON Patch changes of a record, by field; what stays the same is left out. What is removed becomes what it is
 * where nobody has said anything. `minor` is the microversion of the request; conductors, whose callers have looked at
 * it already, leave it out. Throws `InvalidParameter`, `PatchFailed` or `NotAcceptable`.
 */
export function patched<T>(
  fields: Fields<T>,
  record: { readonly [K in keyof T]?: unknown },
  body: unknown,
  minor = Number.POSITIVE_INFINITY,
): Partial<T> {
  const patch = readPatch(body)
  const patchable = fieldNames(fields, Number.POSITIVE_INFINITY, (field) => field.patch === true)
  for (const operation of patch) {
    const name = patchable.find((candidate) => candidate === patchedField(operation))
    if (name === undefined) {
      const known = patchable.filter((candidate) => fields[candidate].since <= minor)
      throw invalid(`Cannot patch ${operation.path}. Only the following can be updated: ${known.join(', ')}`)
    }
    if (fields[name].since > minor) throw tooNew(name, fields[name].since)
  }
  const before: JsonObject = Object.fromEntries(
    patchable.map((name) => [name, record[name] ?? fields[name].type.empty]),
  )
  const after = applyPatch(before, patch)
  const changes: Partial<T> = {}
  for (const name of patchable) {
    if (isDeepStrictEqual(before[name], after[name])) continue
    changes[name] = fieldValue(fields[name].type, name, after[name])
    if (isDeepStrictEqual(before[name], changes[name])) delete changes[name]
  }
  return changes
}

/** `undefined` was removed. */
function fieldValue<V>(type: ValueType<V>, name: string, value: unknown): V {
  if (value !== undefined) return type.read(value, name)
  if (type.required) throw new BootringError('PatchFailed', `'${name}' is a mandatory attribute and can not be removed`)
  return type.empty
}
