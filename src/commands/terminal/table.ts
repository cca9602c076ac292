import { printable } from '../../model/printable.ts'
import { lineWidth, type Output, type TerminalEnvironment } from './output.ts'
import { type Colour, painter } from './painter.ts'
import { cutToWidth, padding, textWidth } from './text-width.ts'

/** A title alone is a column of texts that may be cut. */
export type Column =
  | string
  | {
      title: string
      /** Numbers stand better on the right. */
      align?: 'left' | 'right'
      /** Never cut while other columns can be: what is copied from the table, such as UUIDs and MACs. */
      whole?: boolean
    }

/** Numbers are shown as they are, null as `-`. */
type Value = string | number | null

export type Cell = Value | { value: Value; colour: Colour | undefined }

const gap = '  '
/** So much of a column is left before those that should stay whole are cut. */
const leastColumns = 6

/**
 * A table for people. On a terminal it fits the width: the widest columns are cut, with a `…`, and colours show. In a
 * file or a pipe every cell is there in full. Control characters of the data arrive escaped in both. Ends with a line
 * break; without rows there is only the line of titles.
 */
export function table(
  output: Output,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  env: TerminalEnvironment = process.env,
): string {
  const paint = painter(output, env)
  const shapes = columns.map((column) => (typeof column === 'string' ? { title: column } : column))
  const titles = shapes.map(({ title }) => ({ text: title, colour: 'bold' as const }))
  const lines = [titles, ...rows.map((row) => row.map(asText))]
  const natural = shapes.map((_, index) =>
    lines.reduce((widest, line) => Math.max(widest, textWidth(line[index]?.text ?? '')), 0),
  )
  const widths = fitted(
    natural,
    shapes.map(({ whole }) => whole === true),
    lineWidth(output),
  )
  const show = (line: (typeof lines)[number]): string => {
    let text = ''
    let blanks = ''
    for (const [index, { align }] of shapes.entries()) {
      const width = widths[index] ?? 0
      const { text: full = '', colour } = line[index] ?? {}
      const cell = cutToWidth(full, width)
      const [before, after] = align === 'right' ? [padding(cell, width), ''] : ['', padding(cell, width)]
      // Blanks are written once something follows them: lines have none at their ends.
      if (cell !== '') text += `${blanks}${before}${colour === undefined ? cell : paint(colour, cell)}`
      blanks = `${cell === '' ? blanks + before : ''}${after}${gap}`
    }
    return `${text}\n`
  }
  return lines.map(show).join('')
}

function asText(cell: Cell): { text: string; colour: Colour | undefined } {
  const { value, colour } = typeof cell === 'object' && cell !== null ? cell : { value: cell, colour: undefined }
  return { text: value === null ? '-' : printable(String(value)), colour }
}

/** The widths that make a line fit: the widest columns lose first, those that should stay whole after all others. */
function fitted(natural: readonly number[], whole: readonly boolean[], lineColumns: number | undefined): number[] {
  if (lineColumns === undefined) return [...natural]
  const room = lineColumns - gap.length * (natural.length - 1)
  const fits = (widths: number[]) => widths.reduce((sum, width) => sum + width, 0) <= room
  if (fits([...natural])) return [...natural]
  for (const wholeToo of [false, true]) {
    for (let most = lineColumns; most >= (wholeToo ? 1 : leastColumns); most -= 1) {
      const widths = natural.map((width, index) => {
        if (whole[index]) return wholeToo ? Math.min(width, most) : width
        return Math.min(width, wholeToo ? Math.min(leastColumns, most) : most)
      })
      if (fits(widths)) return widths
    }
  }
  return natural.map(() => 1)
}
