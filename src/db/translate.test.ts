import { expect, it } from 'vitest'
import { BootringError } from '../model/errors.ts'
import { mysql } from './dialects/mysql.ts'
import { postgresql } from './dialects/postgresql.ts'
import { sqlite } from './dialects/sqlite.ts'
import { DuplicateKey, TransactionLost, translator } from './translate.ts'

const failed = (fields: object, message = 'words') => Object.assign(new Error(message), fields)

it.each([
  [sqlite, { errcode: 5 }],
  [sqlite, { errcode: 517 }],
  [sqlite, { errcode: 14 }],
  [sqlite, { syscall: 'open', code: 'EACCES' }],
  [postgresql, { code: 'ECONNREFUSED', syscall: 'connect' }],
  [postgresql, { code: '57P01' }],
  [postgresql, { code: '28P01' }],
  [postgresql, { code: '53300' }],
  [postgresql, { code: '25006' }],
  [mysql, { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }],
  [mysql, { code: 'ER_ACCESS_DENIED_ERROR', errno: 1045 }],
  [mysql, { code: 'ER_CON_COUNT_ERROR', errno: 1040 }],
  [mysql, { code: 'ECONNRESET', errno: -104 }],
])('%o %o: unavailable', (dialect, fields) => {
  expect(translator(dialect, 'db at h')(failed(fields))).toMatchObject({
    code: 'DatabaseUnavailable',
    message: 'db at h: words',
    cause: { message: 'words' },
  })
})

it.each([
  [postgresql, { code: '42P01' }],
  [mysql, { errno: 1146 }],
  // Of a table that is not in information_schema.
  [mysql, { errno: 1109 }],
])('%o %o: not the tables that are needed', (dialect, fields) => {
  const error = failed(fields)
  expect(translator(dialect, 'db at h', 'NotIronicsDatabase')(error)).toMatchObject({ code: 'NotIronicsDatabase' })
  expect(translator(dialect, 'db at h')(error)).toMatchObject({ code: 'SchemaOutdated' })
})

it('words for an error without any', () => {
  const translate = translator(postgresql, 'db at localhost')
  const each = (address: string) => failed({ code: 'ECONNREFUSED' }, `connect ECONNREFUSED ${address}`)
  const error = new AggregateError([each('::1'), each('127.0.0.1')])
  expect(translate(error)).toMatchObject({
    message: 'db at localhost: connect ECONNREFUSED ::1, connect ECONNREFUSED 127.0.0.1',
  })
})

it.each([
  [sqlite, { errcode: 2067 }],
  [postgresql, { code: '23505' }],
  [mysql, { errno: 1062 }],
])('%o %o: a key that is taken', (dialect, fields) => {
  expect(translator(dialect, '')(failed(fields))).toBeInstanceOf(DuplicateKey)
})

it.each([
  [postgresql, { code: '40P01' }],
  [postgresql, { code: '40001' }],
  [mysql, { errno: 1213 }],
])('%o %o: lost against another transaction', (dialect, fields) => {
  expect(translator(dialect, '')(failed(fields))).toBeInstanceOf(TransactionLost)
})

it('leaves alone what is a mistake of ours', () => {
  const mistakes = [
    failed({ code: '42601' }),
    failed({ errno: 1064 }),
    failed({ errcode: 1 }),
    new TypeError('x'),
    'text',
  ]
  for (const dialect of [sqlite, postgresql, mysql]) {
    for (const mistake of mistakes) expect(translator(dialect, '')(mistake)).toBe(mistake)
  }
})

it('leaves alone what was translated already', () => {
  const error = new BootringError('FleetConflict', 'x')
  expect(translator(sqlite, '')(error)).toBe(error)
})

it('takes statements and rows out of errors: they may hold credentials', () => {
  const error = failed({ code: '23502', sql: "insert … 's3cret'", detail: 'Failing row contains (s3cret)' })
  expect(JSON.stringify(translator(postgresql, '')(error))).not.toContain('s3cret')
})
