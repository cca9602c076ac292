import { BootringError } from '../../model/errors.ts'

/** What a query parameter may be, as JSON Schema says it: for the checker below and for the OpenAPI description. */
export interface QueryParameter {
  readonly type: 'string' | 'integer' | 'boolean' | 'array'
  readonly description: string
  readonly format?: 'uuid'
  readonly enum?: readonly string[]
  readonly items?: { readonly type: 'string' }
  readonly maxLength?: number
}

export interface QuerySchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, QueryParameter>>
  readonly required?: readonly string[]
}

const yes = ['1', 't', 'true', 'on', 'y', 'yes']
const no = ['0', 'f', 'false', 'off', 'n', 'no']

/** oslo's words for true and false, in any case; undefined for anything else. */
export function booleanFrom(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const word = String(value).trim().toLowerCase()
  return yes.includes(word) ? true : no.includes(word) ? false : undefined
}

const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** The canonical form of what Ironic takes for a UUID: any case, with dashes or without. */
export function canonicalUuidOf(text: string): string | undefined {
  if (!uuidPattern.test(text)) return undefined
  const digits = text.replaceAll('-', '').toLowerCase()
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Query parameters as the schema's types; lists have each word once. Throws `InvalidParameter` in Ironic's words. */
export function readQuery(schema: QuerySchema, query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const extra = Object.keys(query).filter((name) => !Object.hasOwn(schema.properties, name))
  if (extra.length > 0) throw invalid(`Unexpected arguments: ${extra.join(', ')}`)
  const missing = schema.required?.find((name) => query[name] === undefined)
  if (missing !== undefined) throw new BootringError('MissingParameter', `Missing mandatory parameter: ${missing}`)
  const read = Object.entries(query).map(([name, value]) => {
    const parameter = schema.properties[name]
    return [name, parameter === undefined ? undefined : readValue(name, parameter, value)]
  })
  return Object.fromEntries(read)
}

function readValue(name: string, parameter: QueryParameter, given: unknown): unknown {
  const { enum: words, format, type } = parameter
  const all = (Array.isArray(given) ? given : [given]).map(String)
  if (type === 'array') {
    const words = all.flatMap((text) => text.split(',')).map((text) => text.trim())
    // Once each: whoever looks at thousands of nodes goes through the list for each field.
    return [...new Set(words.filter((word) => word !== ''))]
  }
  const [text = ''] = all
  if (all.length > 1) throw invalid(`Expected one value for ${name}`)
  if (text.length > (parameter.maxLength ?? 1024)) throw invalid(`Expected a shorter value for ${name}`)
  if (type === 'boolean') {
    const value = booleanFrom(text)
    if (value === undefined) throw invalid(`Invalid ${name}: Unrecognized value '${text}'`)
    return value
  }
  if (type === 'integer') {
    if (!/^\s*[+-]?\d{1,15}\s*$/.test(text)) throw invalid(`Expected an integer for ${name}: ${text}`)
    return Number(text)
  }
  if (format === 'uuid') {
    const uuid = canonicalUuidOf(text)
    if (uuid === undefined) throw invalid(`Expected UUID for ${name}: ${text}`)
    return uuid
  }
  if (words !== undefined && !words.includes(text))
    throw invalid(`Expected one of ${words.join(', ')} for ${name}: ${text}`)
  return text
}

function invalid(message: string): BootringError {
  return new BootringError('InvalidParameter', message)
}
