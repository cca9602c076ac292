import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textLine } from './text-line.ts'

const line = (fields: object) => JSON.stringify({ level: 'info', time: '2026-01-02T03:04:05.678Z', ...fields })

describe('textLine', () => {
  it("shows an error's stack below", () => {
    const text = textLine(line({ level: 'error', msg: 'failed', err: { type: 'E', stack: 'E: x\n    at y' } }), false)
    expect(text).toMatch(/ ERROR failed\n {4}E: x\n {8}at y\n$/)
  })

  it('colours level and names, not values', () => {
    const text = textLine(line({ msg: 'hello', node: 'n1' }), true)
    expect(text).toContain('\u001b[32mINFO \u001b[0m hello \u001b[36mnode\u001b[0m=n1\n')
  })

  it('passes on what is no line of ours', () => {
    expect(textLine('plain\n', false)).toBe('plain\n')
  })

  it('lets nothing that a client sends act on the terminal or begin a line', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = textLine(line({ msg: value, mac: value, list: [value] }), false)
        expect(text.indexOf('\n')).toBe(text.length - 1)
        expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })
})
