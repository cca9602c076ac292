import { expect, it } from 'vitest'
import { parseClientAddress } from './client-address.ts'

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:0:1::1', '2001:db8::1:0:0:1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['1', undefined],
  ['0x7f.1', undefined],
  ['nonsense', undefined],
  ['', undefined],
])('reads %s as events have it', (text, address) => {
  expect(parseClientAddress(text)).toBe(address)
})
