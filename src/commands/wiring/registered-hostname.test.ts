import { expect, it } from 'vitest'
import { registeredHostname } from './registered-hostname.ts'

it.each([
  ['cond-1.example.org', 8089, 'cond-1.example.org'],
  ['cond-1.example.org', 9000, 'cond-1.example.org:9000'],
  ['cond-1.example.org:7000', 9000, 'cond-1.example.org:7000'],
  ['192.0.2.1', 9000, '192.0.2.1:9000'],
  ['2001:db8::1', 8089, '2001:db8::1'],
  ['2001:db8::1', 9000, '[2001:db8::1]:9000'],
  ['[2001:db8::1]:9000', 8089, '[2001:db8::1]:9000'],
])('%s with RPC port %i registers as %s', (host, port, name) => {
  expect(registeredHostname(host, port)).toBe(name)
})
