import type { JsonObject } from '../model/node.ts'
import { invalid, type JsonSchema, type ValueType } from './value-type.ts'

/** A type of what nobody may write. */
function readOnly<T>(schema: JsonSchema, empty: T): ValueType<T> {
  return {
    schema,
    empty,
    read(_value, name) {
      throw invalid(`${name} can not be set.`)
    },
  }
}

/** Types of values that are shown, and written by conductors alone. */
export const shownOnly = {
  time: readOnly({ type: ['string', 'null'], format: 'date-time' }, null),
  text: readOnly({ type: ['string', 'null'] }, null),
  flag: readOnly({ type: ['boolean', 'null'] }, null),
  object: readOnly<JsonObject>({ type: 'object', additionalProperties: true }, {}),
  texts: readOnly<string[]>({ type: 'array', items: { type: 'string' } }, []),
  bootMode: readOnly({ type: ['string', 'null'], enum: ['uefi', 'bios', null] }, null),
  /** A reference to something that bootring does not have: null and nothing else may be written. */
  nothing: (why: string): ValueType<null> => ({
    schema: { type: ['string', 'null'] },
    empty: null,
    read(value, name) {
      if (value !== null) throw invalid(`${name} can only be null: ${why}`)
      return null
    },
  }),
}
