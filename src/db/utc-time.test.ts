import { expect, it } from 'vitest'
import { parseUtcTime } from './utc-time.ts'

it.each([
  ['2025-01-31 12:34:56', '2025-01-31T12:34:56.000Z'],
  ['2025-01-31 12:34:56.5', '2025-01-31T12:34:56.500Z'],
  ['2025-01-31 12:34:56.789012', '2025-01-31T12:34:56.789Z'],
  ['2025-07-31T23:59:59.000000', '2025-07-31T23:59:59.000Z'],
])('%s is UTC', (text, expected) => {
  expect(parseUtcTime(text)?.toISOString()).toBe(expected)
})

it.each([null, '', 'yesterday', '2025-01-31'])('%s is no time', (text) => {
  expect(parseUtcTime(text)).toBeNull()
})
