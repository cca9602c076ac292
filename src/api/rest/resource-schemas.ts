import { type Fields, fieldNames, keysOf } from '../../resources/field.ts'
import type { JsonSchema } from '../../resources/value-type.ts'

/*
 * Schemas of what is created and patched. They are for the description: what the fields may hold is judged by the fields
 * themselves, whose errors say more, and so are names that there are not.
 */

/** The body that creates a resource. `more` are members that only requests have. */
export function createSchema<T>(
  table: Fields<T>,
  required: readonly string[],
  more: Readonly<Record<string, JsonSchema>> = {},
): object {
  const names = fieldNames(table, Number.POSITIVE_INFINITY, ({ create }) => create === true)
  const properties = names.map((name) => {
    const { description, type } = table[name]
    const types = [type.schema.type ?? []].flat()
    // null stands for what is left out.
    const nullable = required.includes(name) || types.includes('null') ? types : [...types, 'null']
    return [name, { ...type.schema, type: nullable, description }]
  })
  return { type: 'object', properties: { ...Object.fromEntries(properties), ...more }, required }
}

/** A resource as it is shown. */
export function shownSchema<T>(table: Fields<T>): JsonSchema {
  const properties = keysOf(table).map((name) => {
    const { description, since, type } = table[name]
    return [name, { ...type.schema, description: since > 1 ? `${description} Since 1.${since}.` : description }]
  })
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: true }
}

/** JSON Patch as Ironic takes it. */
export const patchSchema = {
  type: 'array',
  maxItems: 1000,
  items: {
    type: 'object',
    properties: {
      op: { type: 'string', enum: ['add', 'replace', 'remove'] },
      path: { type: 'string', maxLength: 1024, description: 'e.g. `/extra/rack`.' },
      value: { description: 'Anything; not with `remove`.' },
    },
    required: ['op', 'path'],
  },
} as const
