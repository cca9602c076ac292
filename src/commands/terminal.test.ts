import { describe, expect, it } from 'vitest'
import { counted, type Output, Progress, painter, table } from './terminal.ts'

function output(isTTY: boolean): Output & { text: string } {
  return {
    isTTY,
    text: '',
    write(text) {
      this.text += text
    },
  }
}

describe('table', () => {
  it('lines columns up and leaves no blanks at the ends of lines', () => {
    expect(
      table([
        ['NODE', 'OWNER'],
        ['n1', 'conductor-1'],
        ['node-2', ''],
      ]),
    ).toBe('NODE    OWNER\nn1      conductor-1\nnode-2\n')
    expect(table([])).toBe('')
  })
})

describe('counted', () => {
  it('knows one from many', () => {
    expect([counted(0, 'node'), counted(1, 'node'), counted(2, 'node')]).toEqual(['0 nodes', '1 node', '2 nodes'])
  })
})

describe('Progress', () => {
  it('writes over its own line on a terminal, and takes it away once', () => {
    const terminal = output(true)
    const progress = new Progress(terminal)
    progress.clear()
    progress.show('Reading')
    progress.show('Loading')
    progress.clear()
    progress.clear()
    expect(terminal.text).toBe('\r\u001b[KReading\r\u001b[KLoading\r\u001b[K')
  })

  it('is silent elsewhere', () => {
    const file = output(false)
    const progress = new Progress(file)
    progress.show('Reading')
    progress.clear()
    expect(file.text).toBe('')
  })
})

describe('painter', () => {
  it('leaves text alone where it does not write to the terminal of the process', () => {
    expect(painter(output(false))('red', 'removed')).toBe('removed')
  })
})
