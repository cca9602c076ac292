import { describe, expect, it } from 'vitest'
import { printable, printableLines } from './printable.ts'

describe('printable', () => {
  it('leaves what can be seen alone', () => {
    expect(printable('node-1 Knoten 机器 ✓ é')).toBe('node-1 Knoten 机器 ✓ é')
  })

  it('escapes whatever could steer a terminal, or hide in one', () => {
    expect(printable('\u001b[2J\r\n\t\u009b31m\u007f')).toBe('\\u001b[2J\\u000d\\u000a\\u0009\\u009b31m\\u007f')
    expect(printable('a\u202eb\u200bc\u2028\ud800')).toBe('a\\u202eb\\u200bc\\u2028\\ud800')
    expect(printable('\u{e0041}')).toBe('\\udb40\\udc41')
  })

  it('keeps the lines of a script', () => {
    expect(printableLines('#!ipxe\n\tboot\u001b[0m\r\n')).toBe('#!ipxe\n\tboot\\u001b[0m\\u000d\n')
  })
})
