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

/** Values that are likely to be taken, by the name of a parameter or a member: all else hardly gets past the first check. */
export type Likely = Readonly<Record<string, readonly unknown[]>>

const named = (likely: Likely, name: string, other: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
  const known = likely[name]
  return known === undefined ? other : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, other)
}

/** Something that fits a schema, more or less: what does not matters as much as what does. */
function fitting(schema: JsonObject, likely: Likely): fc.Arbitrary<unknown> {
  const types = [schema.type ?? []].flat()
  const choices: fc.Arbitrary<unknown>[] = []
  if (Array.isArray(schema.enum)) choices.push(fc.constantFrom(...schema.enum))
  for (const type of types) {
    if (type === 'string') choices.push(anyText)
    if (type === 'boolean') choices.push(fc.boolean())
    if (type === 'integer' || type === 'number') choices.push(fc.integer())
    if (type === 'null') choices.push(fc.constant(null))
    if (type === 'array') choices.push(fc.array(fitting((schema.items ?? {}) as JsonObject, likely), { maxLength: 3 }))
    if (type === 'object') {
      const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>)
      const members = properties.map(([name, inner]) => [name, named(likely, name, wrongAtTimes(inner, likely))])
      const required = (schema.required ?? []) as string[]
      choices.push(fewOf(Object.fromEntries(members), required, likely))
      if (schema.additionalProperties !== false) choices.push(fc.dictionary(anyText, anyValue, { maxKeys: 3 }))
    }
  }
  const [first, ...others] = choices
  return first === undefined ? anyValue : fc.oneof({ weight: 5, arbitrary: first }, ...others)
}

/** What is required, and a few of the others, likely ones above all: the more there are, the sooner one is refused. */
function fewOf(
  members: Record<string, fc.Arbitrary<unknown>>,
  required: readonly string[],
  likely: Likely,
): fc.Arbitrary<JsonObject> {
  const others = Object.keys(members).filter((name) => !required.includes(name))
  const familiar = others.filter((name) => name in likely)
  return fc
    .tuple(fc.subarray(others, { maxLength: Math.min(2, others.length) }), fc.subarray(familiar))
    .chain((chosen) =>
      fc.record(Object.fromEntries([...required, ...chosen.flat()].map((name) => [name, members[name] ?? anyValue]))),
    )
}

const wrongAtTimes = (schema: JsonObject, likely: Likely) =>
  fc.oneof({ weight: 6, arbitrary: fitting(schema, likely) }, { weight: 1, arbitrary: anyValue })

/** JSON Patches that have something to do with what is there, more or less. */
function patches(fields: readonly string[]): fc.Arbitrary<unknown> {
  const name = fc.oneof(fc.constantFrom('a', '-', '0', '1', '__proto__', 'constructor', '~1', '~0', '~', ''), anyText)
  const simple = fc.constantFrom(
    ...['/extra/a', '/driver_info/b', '/name', '/description', '/properties/cpus', '/instance_info/c', '/maintenance'],
    ...['/extra', '/pxe_enabled', '/mode', '/physical_network', '/driver', '/conductor_group', '/boot_interface'],
  )
  const winding = fc
    .tuple(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fields) }, anyText), fc.array(name, { maxLength: 3 }))
    .map((names) => `/${names.flat().join('/')}`)
  const path = fc.oneof({ weight: 2, arbitrary: simple }, { weight: 1, arbitrary: winding })
  const op = fc.constantFrom('add', 'replace', 'remove')
  const taken = fc.record({ op, path, value: anyValue }, { requiredKeys: ['op', 'path'] })
  const others = fc.record({
    op: fc.constantFrom('move', 'copy', 'test', '', 'ADD'),
    path,
    from: path,
    value: anyValue,
  })
  const operation = fc.oneof({ weight: 6, arbitrary: taken }, { weight: 1, arbitrary: others })
  return fc.array(fc.oneof({ weight: 19, arbitrary: operation }, anyValue), { minLength: 1, maxLength: 2 })
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
  { weight: 14, arbitrary: fc.constant('application/json') },
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
  { weight: 14, arbitrary: fc.constantFrom('1.96', 'latest') },
  { weight: 3, arbitrary: fc.constantFrom('1.1', '1.8', '1.22', '1.31', '1.49', '1.82') },
  { weight: 1, arbitrary: fc.constantFrom('', '1', '9.9', '1.1000000', '-1.-1', 'x', '1.96, 1.1') },
)

/** Requests of an operation, most of them wrong in one way or other. */
export function requestsOf(
  { body, method, parameters, path }: Operation,
  likely: Likely,
  fields: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const ofKind = (kind: string) => parameters.filter((parameter) => parameter.in === kind)
  const inPath: Record<string, fc.Arbitrary<unknown>> = {}
  for (const { name } of ofKind('path')) {
    const known = fc.constantFrom(...(likely[name] ?? ['x']))
    inPath[name] = fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: anyText })
  }
  const inQuery = ofKind('query').map(({ name, schema }) => [
    name,
    fc.oneof(
      { weight: 3, arbitrary: named(likely, name, fitting(schema, likely)) },
      { weight: 1, arbitrary: anyText },
      { weight: 1, arbitrary: fc.array(anyText, { maxLength: 2 }) },
    ),
  ])
  const stranger = fc.oneof(
    { weight: 9, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(anyText, anyText, { maxKeys: 2 }) },
  )
  const fits = body?.type === 'array' ? patches(fields) : fitting(body ?? {}, likely)
  const asJson = fc
    .oneof({ weight: 9, arbitrary: fits }, { weight: 1, arbitrary: anyValue })
    .map((value) => JSON.stringify(value) ?? '')
  return fc
    .record({
      params: fc.record(inPath),
      query: fewOf(Object.fromEntries(inQuery), [], {}),
      stranger,
      version: versions,
      type: contentTypes,
      body: fc.oneof({ weight: 7, arbitrary: asJson }, { weight: 1, arbitrary: garbage }),
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
