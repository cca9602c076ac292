import { type Fields, fieldNames, tooNew } from './field.ts'
import { isJsonObject } from './json-value.ts'
import { invalid, shownValue } from './value-type.ts'

/**
 * The fields that a body names from which something is to be created. null stands for what is left out. Throws
 * `InvalidParameter` or `NotAcceptable`.
 */
export function created<T>(
  resource: string,
  fields: Fields<T>,
  body: unknown,
  minor = Number.POSITIVE_INFINITY,
): Partial<T> {
  if (!isJsonObject(body)) throw invalid(`Schema error for ${resource}: ${shownValue(body)} is no object.`)
  const settable = fieldNames(fields, Number.POSITIVE_INFINITY, (field) => field.create === true)
  const stranger = Object.keys(body).find((name) => !settable.some((known) => known === name))
  if (stranger !== undefined) {
    const known = settable.filter((name) => fields[name].since <= minor)
    throw invalid(
      `Schema error for ${resource}: Additional properties are not allowed ('${stranger.slice(0, 80)}' was unexpected). It may have ${known.join(', ')}.`,
    )
  }
  const values: Partial<T> = {}
  for (const name of settable) {
    const value = body[name] ?? undefined
    if (value === undefined) continue
    const { since, type } = fields[name]
    if (since > minor) throw tooNew(name, since)
    values[name] = type.read(value, name)
  }
  return values
}

/** Throws `InvalidParameter` where nothing stands in a field that has to be there. */
export function needed<V>(value: V | undefined, resource: string, name: string): V {
  if (value === undefined) throw invalid(`Schema error for ${resource}: '${name}' is a required property.`)
  return value
}
