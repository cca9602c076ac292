import { BootringError } from '../../model/errors.ts'
import { invalid } from '../../resources/value-type.ts'
import { readFlag, requiredUuid } from '../../resources/value-types.ts'

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
  if (type === 'boolean') return readFlag(text, name)
  if (type === 'integer') {
    if (!/^\s*[+-]?\d{1,15}\s*$/.test(text)) throw invalid(`Expected an integer for ${name}: ${text}`)
    return Number(text)
  }
  if (format === 'uuid') return requiredUuid.read(text, name)
  if (words !== undefined && !words.includes(text))
    throw invalid(`Expected one of ${words.join(', ')} for ${name}: ${text}`)
  return text
}
