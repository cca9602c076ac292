import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeUrl, safeWords } from './safe-value.ts'

const refused = (work: () => unknown) => expect(work).toThrow(expect.objectContaining({ code: 'TemplateFailed' }))

describe('safeWords', () => {
  it.each(['', 'nofb vga=normal', `ip=\${net0/ip} BOOTIF=\${net0/mac}`, 'a=x||y b=#1 c=1;2', 'név=érték'])(
    'lets %j through',
    (text) => {
      expect(safeWords('field', text)).toBe(text)
    },
  )

  it.each([
    'a\nb',
    'a\rb',
    'a\0b',
    'a\tb',
    'a\u007fb',
    'a\u0085b',
    'a || reboot',
    'a && b',
    'a ; b',
    '||',
    'a #b',
    '# b',
  ])('refuses %j', (text) => {
    refused(() => safeWords('field', text))
  })

  it.each([undefined, null, 5, {}, ['a']])('refuses %j, which is no text', (value) => {
    refused(() => safeWords('field', value))
  })

  it('names the field', () => {
    expect(() => safeWords('driver_info.kernel_append_params', 'a\nb')).toThrow(
      /^driver_info\.kernel_append_params .*U\+000A/,
    )
  })

  it('never makes one command into two', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fc.nat(0x2fff)).map((codes) => String.fromCharCode(...codes)),
          fc.string({ unit: fc.constantFrom('|', '&', ';', ' ', '#', '\n', 'a') }),
        ),
        (text) => {
          try {
            safeWords('field', text)
          } catch {
            return
          }
          const words = text.split(/\s+/)
          expect(text).not.toMatch(/[\n\r\0]/)
          for (const word of words) expect(['||', '&&', ';'].includes(word) || word.startsWith('#')).toBe(false)
        },
      ),
    )
  })
})

describe('safeUrl', () => {
  it('is one word', () => {
    expect(safeUrl('field', ` http://host/a b/\${net0/mac} `)).toBe(`http://host/a%20b/\${net0/mac}`)
  })

  it.each(['', ' ', 'http://host/\nreboot', '#x', '--help', '||'])('refuses %j', (text) => {
    refused(() => safeUrl('field', text))
  })
})
