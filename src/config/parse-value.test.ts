import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAsText } from './format-value.ts'
import type { OptionType } from './option.ts'
import { parseValue } from './parse-value.ts'

const read = (type: OptionType, text: string): unknown => {
  const parsed = parseValue(type, text)
  return parsed.kind === 'value' ? parsed.value : parsed.kind
}

const cases: [OptionType, string, unknown][] = [
  [{ kind: 'string' }, ' a\nb ', ' a\nb '],
  [{ kind: 'string' }, 'a\0b', 'wrong'],
  [{ kind: 'path' }, '/a b', '/a b'],
  [{ kind: 'path' }, '/a\n/b', 'wrong'],
  [{ kind: 'choice', choices: ['a', 'b'] }, 'b', 'b'],
  [{ kind: 'choice', choices: ['a', 'b'] }, 'B', 'wrong'],
  [{ kind: 'boolean' }, 'TRUE', true],
  [{ kind: 'boolean' }, '1', true],
  [{ kind: 'boolean' }, 'On', true],
  [{ kind: 'boolean' }, 'yes', true],
  [{ kind: 'boolean' }, 'False', false],
  [{ kind: 'boolean' }, '0', false],
  [{ kind: 'boolean' }, 'off', false],
  [{ kind: 'boolean' }, 'no', false],
  [{ kind: 'boolean' }, 't', 'wrong'],
  [{ kind: 'boolean' }, '', 'wrong'],
  [{ kind: 'integer' }, '-42', -42],
  [{ kind: 'integer' }, ' +1_000 ', 1000],
  [{ kind: 'integer' }, '', 'unset'],
  [{ kind: 'integer' }, '1.5', 'wrong'],
  [{ kind: 'integer' }, '0x10', 'wrong'],
  [{ kind: 'integer' }, '99999999999999999999', 'wrong'],
  [{ kind: 'integer', min: 1, max: 3 }, '1', 1],
  [{ kind: 'integer', min: 1, max: 3 }, '0', 'wrong'],
  [{ kind: 'integer', min: 1, max: 3 }, '4', 'wrong'],
  [{ kind: 'float', min: 0.5 }, '0.5', 0.5],
  [{ kind: 'float' }, '1e-3', 0.001],
  [{ kind: 'float' }, '.5', 0.5],
  [{ kind: 'float', min: 0.5 }, '0.4', 'wrong'],
  [{ kind: 'float' }, 'nan', 'wrong'],
  [{ kind: 'float' }, 'Infinity', 'wrong'],
  [{ kind: 'port' }, '0', 0],
  [{ kind: 'port' }, '65535', 65535],
  [{ kind: 'port' }, '65536', 'wrong'],
  [{ kind: 'port' }, '-1', 'wrong'],
  [{ kind: 'list' }, '', []],
  [{ kind: 'list' }, ' a, b ,c,', ['a', 'b', 'c']],
  [{ kind: 'list' }, 'a,,b', ['a', '', 'b']],
  [{ kind: 'list' }, 'a,\nb', ['a', 'b']],
  [{ kind: 'list' }, 'a,"b , c",d', ['a', 'b , c', 'd']],
  // What is left of "a","b" after the file's reader took the outer quotes.
  [{ kind: 'list' }, 'a","b', ['a', 'b']],
  [{ kind: 'list' }, 'a,"b', 'wrong'],
  [{ kind: 'dict' }, '', {}],
  [{ kind: 'dict' }, 'a:1, b : 2:3', { a: '1', b: '2:3' }],
  [{ kind: 'dict' }, '"a:1,2",b:', { a: '1,2', b: '' }],
  [{ kind: 'dict' }, '__proto__:1', JSON.parse('{"__proto__":"1"}')],
  [{ kind: 'dict' }, 'a:1,b', 'wrong'],
  [{ kind: 'dict' }, ':1', 'wrong'],
  [{ kind: 'dict' }, 'a:1,a:2', 'wrong'],
  [{ kind: 'url' }, 'http://192.0.2.1:8080', 'http://192.0.2.1:8080'],
  [{ kind: 'url' }, 'HTTPS://[2001:db8::1]/a/', 'HTTPS://[2001:db8::1]/a/'],
  [{ kind: 'url' }, '', 'unset'],
  [{ kind: 'url' }, 'ftp://a', 'wrong'],
  [{ kind: 'url' }, 'http:a', 'wrong'],
  [{ kind: 'url' }, 'http://', 'wrong'],
  [{ kind: 'url' }, 'http://2001:db8::1/', 'wrong'],
  [{ kind: 'url' }, 'http://a:99999/', 'wrong'],
  [{ kind: 'url' }, 'http://a/\nb', 'wrong'],
  [{ kind: 'url' }, 'http:\\\\a', 'wrong'],
  [{ kind: 'address' }, '192.0.2.1', '192.0.2.1'],
  [{ kind: 'address' }, '::', '::'],
  [{ kind: 'address' }, '[2001:db8::1]', '2001:db8::1'],
  [{ kind: 'address' }, '[192.0.2.1]', 'wrong'],
  [{ kind: 'address' }, 'host-1.example.org', 'host-1.example.org'],
  [{ kind: 'address' }, '300.0.2.1', 'wrong'],
  [{ kind: 'address' }, '10.1', 'wrong'],
  [{ kind: 'address' }, '-a', 'wrong'],
  [{ kind: 'address' }, '', 'wrong'],
  [{ kind: 'address' }, 'fe80::1%eth0', 'wrong'],
  [
    { kind: 'cidrs' },
    '192.0.2.0/24, 2001:db8::/32,192.0.2.7,::1',
    ['192.0.2.0/24', '2001:db8::/32', '192.0.2.7/32', '::1/128'],
  ],
  [{ kind: 'cidrs' }, '', []],
  [{ kind: 'cidrs' }, '10/8', 'wrong'],
  [{ kind: 'cidrs' }, '10.0.0.0/33', 'wrong'],
  [{ kind: 'cidrs' }, '10.0.0.0/', 'wrong'],
  [{ kind: 'cidrs' }, 'example.org', 'wrong'],
  [{ kind: 'cidrs' }, '10.0.0.0/8/8', 'wrong'],
]

describe('parseValue', () => {
  it.each(cases)('%o %j', (type, text, value) => {
    expect(read(type, text)).toEqual(value)
  })

  it('says what was expected, the range included', () => {
    expect(parseValue({ kind: 'integer', min: 1, max: 256 }, 'x')).toEqual({
      kind: 'wrong',
      expected: 'an integer from 1 to 256',
    })
    expect(parseValue({ kind: 'dict' }, 'a:1,a:2')).toEqual({
      kind: 'wrong',
      expected: 'each key once, but a is there twice',
    })
  })

  it('takes any text for any type', () => {
    const kinds = ['string', 'integer', 'float', 'boolean', 'list', 'dict', 'port', 'url', 'path', 'address', 'cidrs']
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'0123.:/,"\'-_ae\n ') })),
        (kind, text) => ['value', 'unset', 'wrong'].includes(parseValue({ kind } as OptionType, text).kind),
      ),
    )
  })

  it('reads lists back', () => {
    const item = fc
      .stringMatching(/^[ -~]{0,20}$/)
      .filter((text) => !(text.includes('"') && text.includes("'")) && !text.includes('$'))
    fc.assert(
      fc.property(fc.array(item), (items) => {
        expect(read({ kind: 'list' }, formatAsText(items))).toEqual(items)
      }),
    )
  })

  it('reads dicts back', () => {
    const text = fc.stringMatching(/^([!#%&(-~]([ !#%&(-~]{0,10}[!#%&(-~])?)?$/)
    const key = text.filter((word) => word !== '' && !word.includes(':'))
    fc.assert(
      fc.property(fc.array(fc.tuple(key, text)), (pairs) => {
        const value = Object.fromEntries(pairs)
        expect(read({ kind: 'dict' }, formatAsText(value))).toEqual(value)
      }),
    )
  })
})
