import { expect, it } from 'vitest'
import { parseJsonColumn, rememberingParser } from './json-column.ts'

it('reads objects, and nothing as an empty one', () => {
  expect(parseJsonColumn('{"a": {"b": [1, null]}}')).toEqual({ a: { b: [1, null] } })
  for (const text of [null, '', 'null', '{}']) expect(parseJsonColumn(text)).toEqual({})
})

it.each(['[1]', '"text"', '1', '{'])('refuses %s', (text) => {
  expect(() => parseJsonColumn(text)).toThrow()
})

it('remembers what it has parsed, and lets nobody change that', () => {
  const parse = rememberingParser()
  const first = parse('{"cpu_arch": "x86_64"}')
  for (let i = 0; i < 100; i += 1) expect(parse(`{"n": ${i}}`)).toEqual({ n: i })
  expect(parse('{"cpu_arch": "x86_64"}')).toEqual(first)
  expect(parse('{"n": 99}')).toBe(parse('{"n": 99}'))
  expect(() => Object.assign(first, { cpu_arch: 'arm64' })).toThrow()
  expect(parse(null)).toEqual({})
  expect(() => parse('[1]')).toThrow()
})
