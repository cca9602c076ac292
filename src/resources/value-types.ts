import { canonicalUuidOf } from '../model/canonical-uuid.ts'
import { type MacAddress, parseMac } from '../model/mac.ts'
import type { JsonObject } from '../model/node.ts'
import { checkJson, isJsonObject } from './json-value.ts'
import { invalid, shownValue, type ValueType } from './value-type.ts'

/** As many bytes as a `text` column of MySQL takes, in which Ironic's schema has most of them. */
const textBytes = 65_535

/** A string that a column can hold: PostgreSQL takes no NUL. */
function readString(value: unknown, name: string, maxLength: number): string {
  if (typeof value !== 'string') throw invalid(`Expected string for ${name}: ${shownValue(value)}`)
  if (value.includes('\0')) throw invalid(`${name} holds a NUL character; leave it out.`)
  if (value.length > maxLength)
    throw invalid(`${name} has ${value.length} characters; ${maxLength} at most are allowed.`)
  return value
}

/** Text, or null where there is none. */
export function text(maxLength = 255): ValueType<string | null> {
  return {
    schema: { type: ['string', 'null'], maxLength },
    empty: null,
    read: (value, name) => (value === null ? null : readString(value, name, maxLength)),
  }
}

/** Text of a `text` column. */
export const longText: ValueType<string | null> = {
  schema: { type: ['string', 'null'], maxLength: textBytes },
  empty: null,
  read(value, name) {
    if (value === null) return null
    const read = readString(value, name, textBytes)
    if (Buffer.byteLength(read) > textBytes) throw invalid(`${name} takes more than ${textBytes} bytes; shorten it.`)
    return read
  },
}

/** Text that is never null, in lower case: conductor groups, by which rings are told apart. */
export const lowerCaseText: ValueType<string> = {
  schema: { type: ['string', 'null'], maxLength: 255 },
  empty: '',
  read: (value, name) => (value === null ? '' : readString(value, name, 255).toLowerCase()),
}

/** Text that must be there. */
export function requiredText(maxLength = 255): ValueType<string> {
  return {
    schema: { type: 'string', maxLength },
    empty: '',
    required: true,
    read(value, name) {
      const read = readString(value ?? undefined, name, maxLength)
      if (read === '') throw invalid(`${name} must not be empty.`)
      return read
    },
  }
}

const trueWords = new Set(['1', 't', 'true', 'on', 'y', 'yes'])
const falseWords = new Set(['0', 'f', 'false', 'off', 'n', 'no'])

/** `true` and `false`, and the words that Ironic takes for them: command lines send those. Throws `InvalidParameter`. */
export function readFlag(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).trim().toLowerCase() : ''
  if (trueWords.has(word)) return true
  if (falseWords.has(word)) return false
  throw invalid(`Invalid ${name}: ${shownValue(value)} is neither true nor false.`)
}

/** A flag; null is what it is where nobody has said anything. */
export function flag(empty: boolean): ValueType<boolean> {
  return {
    schema: { type: ['boolean', 'string', 'null'] },
    empty,
    read: (value, name) => (value === null ? empty : readFlag(value, name)),
  }
}

/** A flag that may also be left open. */
export const openFlag: ValueType<boolean | null> = {
  schema: { type: ['boolean', 'string', 'null'] },
  empty: null,
  read: (value, name) => (value === null ? null : readFlag(value, name)),
}

/** A free JSON object; at most so many bytes as text. */
export function json(maxBytes = textBytes): ValueType<JsonObject> {
  return {
    schema: { type: ['object', 'null'], additionalProperties: true },
    empty: {},
    read(value, name) {
      if (value === null) return {}
      // Not with the value: it may be a secret in the wrong place.
      if (!isJsonObject(value)) throw invalid(`Expected an object for ${name}.`)
      checkJson(value, name)
      if (Buffer.byteLength(JSON.stringify(value)) > maxBytes)
        throw invalid(`${name} takes more than ${maxBytes} bytes as JSON; shorten it.`)
      return value
    },
  }
}

/** A UUID in any of the forms that Ironic takes, as its canonical form. */
function readUuid(value: unknown, name: string): string {
  const canonical = typeof value === 'string' ? canonicalUuidOf(value) : undefined
  if (canonical === undefined) throw invalid(`Expected UUID for ${name}: ${shownValue(value)}`)
  return canonical
}

export const uuid: ValueType<string | null> = {
  schema: { type: ['string', 'null'], format: 'uuid' },
  empty: null,
  read: (value, name) => (value === null ? null : readUuid(value, name)),
}

export const requiredUuid: ValueType<string> = {
  schema: { type: 'string', format: 'uuid' },
  empty: '',
  required: true,
  read: readUuid,
}

function readMac(value: unknown, name: string): MacAddress {
  const mac = typeof value === 'string' ? parseMac(value) : undefined
  if (!mac) throw invalid(`Expected valid MAC address for ${name}: ${shownValue(value)}`)
  return mac
}

export const mac: ValueType<MacAddress | null> = {
  schema: { type: ['string', 'null'], maxLength: 17 },
  empty: null,
  read: (value, name) => (value === null ? null : readMac(value, name)),
}

export const requiredMac: ValueType<MacAddress> = {
  schema: { type: 'string', maxLength: 17 },
  empty: '' as MacAddress,
  required: true,
  read: readMac,
}
