import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIni } from './ini.ts'

const parse = (text: string) => {
  const { entries, problems } = parseIni(text, 'f')
  return {
    values: entries.map(({ group, name, value }) => [group, name, value]),
    lines: entries.map(({ line }) => line),
    problems: problems.map(({ line, expected }) => `${line}: ${expected}`),
  }
}

describe('the INI dialect', () => {
  it('reads names with either sign, whichever comes first', () => {
    expect(parse('[a]\nx = 1\ny: 2\nz = a:b\nw : a=b\nv=\n').values).toEqual([
      ['a', 'x', '1'],
      ['a', 'y', '2'],
      ['a', 'z', 'a:b'],
      ['a', 'w', 'a=b'],
      ['a', 'v', ''],
    ])
  })

  it('keeps the line of each name, repeats in their order', () => {
    const { values, lines } = parse('# c\n[a]\n\nx = 1\n; c\nx = 2\n[b]\nx = 3')
    expect(values).toEqual([
      ['a', 'x', '1'],
      ['a', 'x', '2'],
      ['b', 'x', '3'],
    ])
    expect(lines).toEqual([4, 6, 8])
  })

  it('has comments only at the start of a line', () => {
    expect(parse('[a]\n#x = 1\n;y = 2\nz = 3 # no comment ; none\n').values).toEqual([
      ['a', 'z', '3 # no comment ; none'],
    ])
  })

  it('joins continuation lines, a comment sign in them included', () => {
    expect(parse('[a]\nx = 1,\n   2,\n\t# 3  \ny =\n  z\n').values).toEqual([
      ['a', 'x', '1,\n2,\n# 3'],
      ['a', 'y', '\nz'],
    ])
  })

  it.each(['', '# comment', '[b]'])('ends a value at %j', (between) => {
    const { values, problems } = parse(`[a]\nx = 1\n${between}\n  2\n  3\n`)
    expect(values).toEqual([['a', 'x', '1']])
    expect(problems).toEqual(['4: an option before this line: a line that starts with white space continues a value'])
  })

  it.each([
    ['"1"', '1'],
    ["'1'", '1'],
    ['" 1 "', ' 1 '],
    ['"1', '"1'],
    [`"1'`, `"1'`],
    ['""1""', '"1"'],
    ['"', ''],
    ['"a" and "b"', 'a" and "b'],
  ])('takes one pair of quotes off %s', (written, value) => {
    expect(parse(`[a]\nx = ${written}`).values).toEqual([['a', 'x', value]])
  })

  it('compares groups without regard to case, but for DEFAULT', () => {
    expect(parse('[API]\nx=1\n[DEFAULT]\nx=1\n[default]\nx=1').values.map(([group]) => group)).toEqual([
      'api',
      'DEFAULT',
      'default',
    ])
  })

  it('takes any line ending, and a byte order mark', () => {
    expect(parse('\uFEFF[a]\r\nx = 1\r\n  2\ry = 3\n').values).toEqual([
      ['a', 'x', '1\n2'],
      ['a', 'y', '3'],
    ])
  })

  it('names every line that makes no sense, and goes on', () => {
    const { values, problems } = parse('x = 1\n[a\n[]\nnonsense\n  more\n= 2\n[b]\ny = 3\n')
    expect(problems).toEqual([
      '1: a [group] line before the first option, x',
      '2: "]" at the end of the line that names a group',
      "3: a group's name between the brackets",
      '4: "name = value", "name: value", "[group]" or a comment',
      '6: an option\'s name before "="',
    ])
    expect(values).toEqual([['b', 'y', '3']])
  })

  it('does not quote a line that makes no sense: it may be half of a password', () => {
    expect(JSON.stringify(parseIni('[a]\nhunter2', 'f').problems)).not.toContain('hunter2')
  })

  it('takes any text', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'[]=:"\' \t#;$a\r\n') }))
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n')
        const { entries, problems } = parseIni(text, 'f')
        const count = text.split(/\r\n|\n|\r/).length
        for (const { line } of [...entries, ...problems])
          if (line === undefined || line < 1 || line > count) throw new Error(`line ${line} of ${count}`)
      }),
    )
  })

  it('reads back what is written', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/)
    const value = fc.stringMatching(/^([!-~]([ -~]{0,30}[!-~])?)?$/)
    const continued = fc.tuple(value, fc.array(value.filter((text) => text !== '')))
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, continued, fc.constantFrom(' = ', '=', ':', ': '))), (entries) => {
        const text = entries.map(
          ([group, name, [first, rest], sign]) =>
            `[${group}]\n${name}${sign}"${first}"\n${rest.map((l) => `  ${l}\n`).join('')}`,
        )
        expect(parse(text.join('# comment\n\n')).values).toEqual(
          entries.map(([group, name, [first, rest]]) => [group, name, [first, ...rest].join('\n')]),
        )
      }),
    )
  })
})
