import { describe, expect, it } from 'vitest'
import { lineWidth, type Output, showsColours, type TerminalEnvironment } from './output.ts'
import { painter } from './painter.ts'

const output = (isTTY: boolean, columns?: number): Output => ({
  write: () => undefined,
  isTTY,
  ...(columns === undefined ? {} : { columns }),
})

describe('showsColours', () => {
  it.each<[string, boolean, TerminalEnvironment, boolean]>([
    ['a terminal', true, { TERM: 'xterm' }, true],
    ['a file', false, { TERM: 'xterm' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['a terminal, NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal, NO_COLOR that is empty', true, { NO_COLOR: '' }, true],
    ['a file, FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['a file, FORCE_COLOR that is empty', false, { FORCE_COLOR: '' }, true],
    ['a dumb terminal, FORCE_COLOR', true, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
    ['a terminal, FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['both', true, { FORCE_COLOR: '3', NO_COLOR: '1' }, false],
  ])('%s', (_, isTTY, env, shown) => {
    expect(showsColours(output(isTTY), env)).toBe(shown)
  })
})

describe('painter', () => {
  it('paints where colours show, and leaves text alone elsewhere', () => {
    expect(painter(output(true), { TERM: 'xterm' })('red', 'removed')).toBe('\u001b[31mremoved\u001b[39m')
    expect(painter(output(false), { TERM: 'xterm' })('red', 'removed')).toBe('removed')
  })
})

describe('lineWidth', () => {
  it('is that of the terminal, and none elsewhere', () => {
    expect(lineWidth(output(true, 132))).toBe(132)
    expect(lineWidth(output(true, 0))).toBe(80)
    expect(lineWidth(output(true))).toBe(80)
    expect(lineWidth(output(false, 132))).toBeUndefined()
  })
})
