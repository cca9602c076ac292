import { expect, it } from 'vitest'
import { userAgentIn } from './user-agent.ts'

it.each([
  ['Host: a\r\nUser-Agent: iPXE/1.21.1+\r\nConnection: keep-alive\r\n', 'iPXE/1.21.1+'],
  ['user-agent:UefiHttpBoot/1.0\r\n', 'UefiHttpBoot/1.0'],
  ['Host: a\r\nX-User-Agent: none\r\n', undefined],
  ['User-Agent: \r\nHost: a\r\n', undefined],
  ['', undefined],
])('finds it in %j', (fields, expected) => {
  expect(userAgentIn(fields)).toBe(expected)
  expect(userAgentIn(fields)).toBe(expected)
})

it('cuts one that is too long', () => {
  expect(userAgentIn(`User-Agent: ${'x'.repeat(1000)}\r\n`)).toHaveLength(255)
})
