import { type Fields, fieldNames, keysOf } from './field.ts'
import type { JsonSchema } from './value-type.ts'

/*
 * The tables of fields as JSON schemas, for the checks of requests that need no reading, and for the OpenAPI description.
 */

/** A resource as it is shown. */
export function shownSchema<T>(fields: Fields<T>): JsonSchema {
  const properties = Object.fromEntries(
    keysOf(fields).map((name) => {
      const { description, since, type } = fields[name]
      return [name, { ...type.schema, description: since > 1 ? `${description} Since 1.${since}.` : description }]
    }),
  )
  return { type: 'object', properties, additionalProperties: true }
}

/** A body from which a resource is created. `more` are members that only requests have. */
export function creationSchema<T>(
  fields: Fields<T>,
  required: readonly (keyof T & string)[],
  more: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const settable = fieldNames(fields, Number.POSITIVE_INFINITY, ({ create }) => create === true)
  const properties = Object.fromEntries(
    settable.map((name) => {
      const { description, type } = fields[name]
      // What may be left out may be null as well: clients write down all members that they know.
      const schema = required.includes(name) ? type.schema : { ...type.schema, type: orNull(type.schema.type) }
      return [name, { ...schema, description }]
    }),
  )
  return { type: 'object', properties: { ...properties, ...more }, required, additionalProperties: false }
}

const orNull = (type: JsonSchema['type']) => [
  ...new Set([...(typeof type === 'string' ? [type] : (type ?? [])), 'null']),
]

/** A JSON Patch. */
export const patchSchema: JsonSchema = {
  type: 'array',
  maxItems: 1000,
  description: 'JSON Patch (RFC 6902) with add, replace and remove.',
  items: {
    type: 'object',
    properties: {
      op: { type: 'string', enum: ['add', 'replace', 'remove'] },
      path: { type: 'string', maxLength: 1024, description: 'e.g. `/extra/rack`' },
      value: { description: 'What is to stand there; not with remove.' },
    },
    required: ['op', 'path'],
    additionalProperties: false,
  },
}
