import { styleText } from 'node:util'

/** What commands write to: `process.stdout` and `process.stderr`, or a list of lines in a test. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim'

/** Colours text where `output` is a terminal that shows colours and `NO_COLOR` is not set (https://no-color.org). */
export function painter(output: Output): (colour: Colour, text: string) => string {
  if (output !== process.stdout && output !== process.stderr) return (_, text) => text
  const stream = output === process.stdout ? process.stdout : process.stderr
  return (colour, text) => (stream.isTTY ? styleText(colour, text, { stream }) : text)
}

/** Rows with their columns lined up, two blanks apart; a header goes in as the first row. Ends with a line break unless empty. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length)
  }
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

/** `1 node`, `3 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** One line on what is being done, written over by the next; nothing at all where `output` is no terminal. */
export class Progress {
  readonly #output: Output
  #shown = false

  constructor(output: Output) {
    this.#output = output
  }

  show(text: string): void {
    if (this.#output.isTTY !== true) return
    this.#output.write(`\r\u001b[K${text}`)
    this.#shown = true
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#output.write('\r\u001b[K')
    this.#shown = false
  }
}
