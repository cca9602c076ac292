import fc from 'fast-check'
import type { JsonObject } from '../../src/model/node.ts'

/** One method of one path of an OpenAPI description. */
export interface Operation {
  method: string
  /** With `{parameters}`. */
  path: string
  parameters: { name: string; in: string; schema: JsonObject }[]
  body: JsonObject | undefined
}

/** A request as it is sent. */
export interface FuzzedRequest {
  method: string
  target: string
  headers: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
}

interface Described {
  parameters?: Operation['parameters']
  requestBody?: { content: Record<string, { schema: JsonObject }> }
}

/** All that a description knows. */
export function operationsOf(description: { paths: Record<string, Record<string, Described>> }): Operation[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema,
    })),
  )
}

/** What databases, shells, templates and parsers have choked on. */
const nasty = fc.constantFrom(
  "' OR '1'='1",
  "x'; DROP TABLE nodes; --",
  '" OR ""="',
  'a\0b',
  '\ud800',
  '../../../etc/passwd',
  '..%2f..%2fetc',
  '{{7*7}}<%= 7*7 %>',
  '__proto__',
  'constructor',
  'toString',
  '%',
  '%%%s%n',
  '\r\nX-Injected: 1',
  '😀🏴‍☠️',
  'ẞİ',
  '\u202e\ufeff',
  '-1',
  '1e999',
  '9007199254740993',
  'null',
  'NaN',
  '[]',
  '{}',
  ',',
  ',,a,,',
  ' ',
  'x'.repeat(300),
  'x'.repeat(4000),
  '00000000-0000-0000-0000-000000000000',
  'ffffffffffffffffffffffffffffffff',
)

const anyText = fc.oneof(nasty, fc.string(), fc.string({ unit: 'binary', maxLength: 40 }))
const anyValue = fc.oneof(
  nasty,
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(null, true, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], { a: { b: [1, { c: null }] } }),
)

/** Something that fits a schema, more or less: what does not matters as much as what does. */
function fitting(schema: JsonObject): fc.Arbitrary<unknown> {
  const types = [schema.type ?? []].flat()
  const choices: fc.Arbitrary<unknown>[] = []
  if (Array.isArray(schema.enum)) choices.push(fc.constantFrom(...schema.enum))
  for (const type of types) {
    if (type === 'string') choices.push(anyText)
    if (type === 'boolean') choices.push(fc.boolean())
    if (type === 'integer' || type === 'number') choices.push(fc.integer())
    if (type === 'null') choices.push(fc.constant(null))
    if (type === 'array') choices.push(fc.array(fitting((schema.items ?? {}) as JsonObject), { maxLength: 3 }))
    if (type === 'object') {
      const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>)
      const members = Object.fromEntries(properties.map(([name, inner]) => [name, wrongAtTimes(inner)]))
      choices.push(fc.record(members, { requiredKeys: (schema.required ?? []) as string[] }))
      if (schema.additionalProperties !== false) choices.push(fc.dictionary(anyText, anyValue, { maxKeys: 3 }))
    }
  }
  return choices.length === 0 ? anyValue : fc.oneof(...choices)
}

const wrongAtTimes = (schema: JsonObject) =>
  fc.oneof({ weight: 4, arbitrary: fitting(schema) }, { weight: 1, arbitrary: anyValue })

/** JSON Patches that have something to do with what is there, more or less. */
function patches(fields: readonly string[]): fc.Arbitrary<unknown> {
  const name = fc.oneof(fc.constantFrom('a', '-', '0', '1', '__proto__', 'constructor', '~1', '~0', '~', ''), anyText)
  const path = fc
    .tuple(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fields) }, anyText), fc.array(name, { maxLength: 3 }))
    .map((names) => `/${names.flat().join('/')}`)
  const op = fc.constantFrom('add', 'replace', 'remove', 'add', 'replace', 'remove', 'move', 'copy', 'test', '')
  const operation = fc.record({ op, path, value: anyValue, from: path }, { requiredKeys: ['op', 'path'] })
  return fc.array(fc.oneof({ weight: 9, arbitrary: operation }, anyValue), { maxLength: 3 })
}

const encoder = new TextEncoder()
const bytes = (text: string) => new Uint8Array(encoder.encode(text))

/** Bodies that are no JSON, or more of it than anybody wants. */
const garbage: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.constantFrom<string | Uint8Array<ArrayBuffer>>(
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '1e999',
  'undefined',
  '{"a":1,"a":2}',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  `{"extra":{"a":"${'x'.repeat(200_000)}"}}`,
  `{"driver":"fake-hardware","extra":{"a":"${'x'.repeat(5_000_000)}"}}`,
  `[${'{"op":"add","path":"/extra/a","value":1},'.repeat(2_000)}{"op":"remove","path":"/extra/a"}]`,
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
  'a=1&b=2',
  bytes('{"driver":"\u0000"}'),
  new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  new Uint8Array([0xff, 0xfe, 0x00]),
)

const contentTypes = fc.oneof(
  { weight: 6, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/json-patch+json',
      'application/xml',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'nonsense',
    ),
  },
)
const versions = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('1.96', 'latest') },
  { weight: 2, arbitrary: fc.constantFrom('1.1', '1.8', '1.22', '1.31', '1.49', '1.82') },
  { weight: 1, arbitrary: fc.constantFrom('', '1', '9.9', '1.1000000', '-1.-1', 'x', '1.96, 1.1') },
)

/** What exists, by the names of path parameters. */
export type Idents = Readonly<Record<string, readonly string[]>>

/** Requests of an operation, all of them wrong in some way or other, or nearly all. */
export function requestsOf(
  operation: Operation,
  idents: Idents,
  fields: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const { body, method, parameters, path } = operation
  const inPath = Object.fromEntries(
    parameters
      .filter((parameter) => parameter.in === 'path')
      .map(({ name }) => {
        const known = fc.constantFrom(...(idents[name] ?? ['x']))
        return [name, fc.oneof({ weight: 3, arbitrary: known }, { weight: 1, arbitrary: anyText })]
      }),
  )
  const inQuery = Object.fromEntries(
    parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, schema }) => [name, fc.oneof(fitting(schema), anyText, fc.array(anyText, { maxLength: 2 }))]),
  )
  const stranger = fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(anyText, anyText, { maxKeys: 2 }) },
  )
  const fits = body?.type === 'array' ? patches(fields) : fitting(body ?? {})
  const asJson = fc
    .oneof({ weight: 4, arbitrary: fits }, { weight: 1, arbitrary: anyValue })
    .map((value) => JSON.stringify(value) ?? '')
  const sent = fc.oneof({ weight: 4, arbitrary: asJson }, { weight: 1, arbitrary: garbage })
  return fc
    .record({
      params: fc.record(inPath),
      query: fc.record(inQuery, { requiredKeys: [] }),
      stranger,
      version: versions,
      type: contentTypes,
      body: sent,
    })
    .map(({ params, query, stranger, type, version, ...given }) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encoded(String(params[name])))
      const search = new URLSearchParams()
      for (const [name, value] of Object.entries({ ...query, ...stranger }))
        for (const each of [value].flat()) search.append(name, String(each))
      const withBody = method !== 'GET' && method !== 'HEAD'
      return {
        method,
        target: search.size === 0 ? filled : `${filled}?${search}`,
        headers: { 'X-OpenStack-Ironic-API-Version': version, ...(withBody && { 'Content-Type': type }) },
        ...(withBody && given.body !== '' && { body: given.body }),
      }
    })
}

/** As a part of a path; clients would take dots alone out by themselves. */
const encoded = (text: string) => encodeURIComponent(text.toWellFormed()).replace(/^\.+$/, '%2e') || '%20'
