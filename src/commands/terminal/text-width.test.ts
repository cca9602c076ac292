import { describe, expect, it } from 'vitest'
import { cutToWidth, padding } from './text-width.ts'

describe('cutToWidth', () => {
  it('cuts between characters, and says so', () => {
    expect(cutToWidth('conductor', 9)).toBe('conductor')
    expect(cutToWidth('conductor', 6)).toBe('condu…')
    expect(cutToWidth('机器机器', 6)).toBe('机器…')
    expect(cutToWidth('机器机器', 4)).toBe('机…')
    expect(cutToWidth('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…')
    expect(cutToWidth('ab', 1)).toBe('…')
    expect(cutToWidth('ab', 0)).toBe('')
  })
})

describe('padding', () => {
  it('fills up', () => {
    expect([padding('机', 4), padding('abcd', 4), padding('abcde', 4)]).toEqual(['  ', '', ''])
  })
})
