import { expect, it } from 'vitest'
import { withoutCredentials } from './redact.ts'

it.each([
  ['at mysql+pymysql://ironic:pw@db/x and http://:pw@h', 'at mysql+pymysql://[redacted]@db/x and http://[redacted]@h'],
  ['http://user:p:w@h', 'http://[redacted]@h'],
  ['https://token@host/image of https://host/a@b', 'https://[redacted]@host/image of https://host/a@b'],
  ['http://192.0.2.1:8080/a and mail@b', 'http://192.0.2.1:8080/a and mail@b'],
])('leaves no password in %s', (line, without) => {
  expect(withoutCredentials(line)).toBe(without)
})

// Where the time grows with the square of the length, this takes hours.
it('looks through a long line once', () => {
  const line = `http://${':'.repeat(2_000_000)}`
  expect(withoutCredentials(line)).toBe(line)
})
