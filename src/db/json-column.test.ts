import { expect, it } from 'vitest'
import { parseJsonColumn } from './json-column.ts'

it('reads objects, and nothing as an empty one', () => {
  expect(parseJsonColumn('{"a": {"b": [1, null]}}')).toEqual({ a: { b: [1, null] } })
  for (const text of [null, '', 'null', '{}']) expect(parseJsonColumn(text)).toEqual({})
})

it.each(['[1]', '"text"', '1', '{'])('refuses %s', (text) => {
  expect(() => parseJsonColumn(text)).toThrow()
})
