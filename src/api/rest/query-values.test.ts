import { describe, expect, it } from 'vitest'
import { readQuery } from './query-values.ts'

const schema = {
  type: 'object',
  properties: {
    flag: { type: 'boolean', description: '' },
    count: { type: 'integer', description: '' },
    list: { type: 'array', items: { type: 'string' }, description: '' },
    id: { type: 'string', format: 'uuid', description: '' },
    text: { type: 'string', description: '' },
    word: { type: 'string', enum: ['a', 'b'], description: '' },
  },
} as const
const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

describe('query parameters', () => {
  it.each([
    [{ flag: 'True' }, { flag: true }],
    [{ flag: 'off' }, { flag: false }],
    [{ count: ' -7 ' }, { count: -7 }],
    [{ list: 'a, b,,c' }, { list: ['a', 'b', 'c'] }],
    [{ list: ['a', 'b,c'] }, { list: ['a', 'b', 'c'] }],
    [{ list: 'b,a,b' }, { list: ['b', 'a'] }],
    [{ id: uuid.toUpperCase().replaceAll('-', '') }, { id: uuid }],
    [{ text: '' }, { text: '' }],
    [{ word: 'a' }, { word: 'a' }],
  ])('%j become %j', (query, read) => {
    expect(readQuery(schema, query)).toEqual(read)
  })

  it.each([
    [{ flag: 'perhaps' }, 'Invalid flag'],
    [{ count: '1.5' }, 'Expected an integer for count'],
    [{ count: '9'.repeat(40) }, 'Expected an integer'],
    [{ id: 'x' }, 'Expected UUID for id'],
    [{ text: ['a', 'b'] }, 'Expected one value for text'],
    [{ text: 'x'.repeat(2000) }, 'shorter value for text'],
    [{ word: 'c' }, 'Expected one of a, b for word'],
    [{ other: '1' }, 'Unexpected arguments: other'],
    [{ __proto__x: '1' }, 'Unexpected arguments'],
    [{ constructor: '1' }, 'Unexpected arguments'],
  ])('%j are refused', (query, message) => {
    expect(() => readQuery(schema, query)).toThrow(message)
  })

  it('that are needed must be there', () => {
    expect(() => readQuery({ ...schema, required: ['text'] }, {})).toThrow('Missing mandatory parameter: text')
  })
})
