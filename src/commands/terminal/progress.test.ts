import { describe, expect, it } from 'vitest'
import { counted } from './counted.ts'
import type { Output } from './output.ts'
import { Progress } from './progress.ts'

const env = { TERM: 'xterm' }

function output(isTTY: boolean, columns = 80): Output & { text: string } {
  return {
    isTTY,
    columns,
    text: '',
    write(text) {
      this.text += text
    },
  }
}

describe('counted', () => {
  it('knows one from many', () => {
    expect([counted(0, 'node'), counted(1, 'node'), counted(2, 'node')]).toEqual(['0 nodes', '1 node', '2 nodes'])
  })
})

describe('Progress', () => {
  it('writes over its own line on a terminal, and takes it away once', () => {
    const terminal = output(true)
    const progress = new Progress(terminal, { env })
    progress.clear()
    progress.show('Reading')
    progress.show('Loading')
    progress.clear()
    progress.clear()
    expect(terminal.text).toBe('\r\u001b[KReading\r\u001b[KLoading\r\u001b[K')
  })

  it('shows how far it is, not more often than can be seen, and its end', () => {
    const terminal = output(true)
    let now = 0
    const progress = new Progress(terminal, { env, now: () => now })
    for (let done = 0; done <= 400; done += 1) {
      progress.show('Loading', { done, total: 400 })
      now += 1
    }
    const lines = terminal.text.split('\r\u001b[K').slice(1)
    expect(lines[0]).toBe('Loading [....................] 0/400')
    expect(lines[1]).toBe('Loading [###.................] 50/400')
    expect(lines.at(-1)).toBe('Loading [####################] 400/400')
    expect(lines).toHaveLength(9)
  })

  it('counts no more often than that where nobody knows how much there is to do', () => {
    const terminal = output(true)
    let now = 0
    const progress = new Progress(terminal, { env, now: () => now })
    for (let done = 1; done <= 120; done += 1) {
      progress.show('Nodes looked at:', { done })
      now += 1
    }
    expect(terminal.text.split('\r\u001b[K').slice(1)).toEqual([
      'Nodes looked at: 1',
      'Nodes looked at: 51',
      'Nodes looked at: 101',
    ])
  })

  it('stays within one line, whatever the text', () => {
    const terminal = output(true, 20)
    new Progress(terminal, { env }).show('Reading /a/very/long/path\nwith \u001b[31m')
    expect(terminal.text).toBe('\r\u001b[KReading /a/very/lo…')
  })

  it('is silent elsewhere', () => {
    const file = output(false)
    const terminal = output(true)
    for (const progress of [
      new Progress(file, { env }),
      new Progress(terminal, { env, quiet: true }),
      new Progress(terminal, { env: { TERM: 'dumb' } }),
    ]) {
      progress.show('Reading')
      progress.clear()
    }
    expect(file.text + terminal.text).toBe('')
  })
})
