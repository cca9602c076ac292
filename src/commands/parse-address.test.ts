import { expect, it } from 'vitest'
import { parseAddress } from './parse-address.ts'

it('takes an address as events have it, and nothing else', () => {
  expect(parseAddress('192.0.2.1')).toBe('192.0.2.1')
  expect(parseAddress('2001:DB8:0::1')).toBe('2001:db8::1')
  expect(parseAddress('::ffff:192.0.2.1')).toBe('192.0.2.1')
  for (const text of ['', 'zz', 'localhost', '192.0.2.1/24'])
    expect(() => parseAddress(text), text).toThrow('an IP address')
})
