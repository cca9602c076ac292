import { describe, expect, it } from 'vitest'
import type { Output } from './output.ts'
import { table } from './table.ts'
import { textWidth } from './text-width.ts'

const file: Output = { write: () => undefined }
const terminal = (columns: number): Output => ({ write: () => undefined, isTTY: true, columns })
const plain = { TERM: 'dumb' }
const uuid = '00000000-0000-4000-8000-000000000001'

describe('table', () => {
  it('lines columns up, numbers on the right, without blanks at the ends of lines', () => {
    expect(
      table(
        file,
        ['NODE', { title: 'BOOTS', align: 'right' }, 'OWNER'],
        [
          ['n1', 7, 'conductor-1'],
          ['node-2', 12345678, ''],
          ['node-3', null, null],
        ],
        {},
      ),
    ).toBe(
      'NODE       BOOTS  OWNER\n' + 'n1             7  conductor-1\n' + 'node-2  12345678\n' + 'node-3         -  -\n',
    )
    expect(table(file, ['NODE', 'OWNER'], [], {})).toBe('NODE  OWNER\n')
  })

  it('counts wide characters as two columns, and combining ones as none', () => {
    const text = table(
      file,
      ['NAME', 'STATE'],
      [
        ['机器', 'active'],
        ['e\u0301', 'active'],
        ['four', 'active'],
      ],
      {},
    )
    expect(text).toBe('NAME  STATE\n机器  active\ne\u0301     active\nfour  active\n')
  })

  it('fits a terminal: the widest columns are cut, and what is copied stays whole', () => {
    const rows = [
      [
        'a-name-that-is-longer-than-it-should-be-机器机器',
        uuid,
        'an even longer reason, which nobody reads to its end',
      ],
      ['short', uuid, 'ok'],
    ]
    const columns = ['NODE', { title: 'UUID', whole: true }, 'REASON']
    const lines = table(terminal(80), columns, rows, plain).trimEnd().split('\n')
    expect(lines.map(textWidth).every((width) => width <= 80)).toBe(true)
    expect(lines[1]).toContain(uuid)
    expect(lines[1]).toMatch(/^a-name-that-is-long… /)
    expect(lines[1]?.endsWith('…')).toBe(true)
    expect(lines[2]).toBe(`short                 ${uuid}  ok`)
    // Nothing is cut that has room.
    expect(table(terminal(200), columns, rows, plain)).toBe(table(file, columns, rows, {}))
  })

  it('fits even where whole columns have no room', () => {
    for (const width of [60, 40, 30, 12]) {
      const text = table(
        terminal(width),
        ['NODE', { title: 'UUID', whole: true }, 'STATE'],
        [['node-1', uuid, 'active']],
        plain,
      )
      expect(Math.max(...text.split('\n').map(textWidth))).toBeLessThanOrEqual(width)
    }
  })

  it('gives a file all of it, however long', () => {
    const long = 'x'.repeat(5000)
    expect(table(file, ['A', 'B'], [[long, 'b']], {})).toContain(`${long}  b\n`)
  })

  it('lets no control character through, neither to a terminal nor to a pager', () => {
    for (const output of [file, terminal(80)]) {
      const text = table(output, ['NODE', 'UUID'], [['\u001b[2Jevil\nline\ttab', 'u']], plain)
      expect(text.split('\n')).toHaveLength(3)
      expect(text).toContain('\\u001b[2Jevil\\u000aline\\u0009tab  u')
    }
  })

  it('paints cells without moving columns', () => {
    const text = table(terminal(80), ['ALIVE', 'NODES'], [[{ value: 'no', colour: 'red' }, 3]], { TERM: 'xterm' })
    expect(text).toContain('\u001b[31mno\u001b[39m     3\n')
    expect(text).toContain('\u001b[1mALIVE\u001b[22m  ')
  })
})
