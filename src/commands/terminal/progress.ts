import { printable } from '../../model/printable.ts'
import { lineWidth, type Output, type TerminalEnvironment } from './output.ts'
import { cutToWidth } from './text-width.ts'

const wipe = '\r\u001b[K'
const barColumns = 20
/** More often than that nobody can read, and a slow terminal would hold the work up. */
const leastMilliseconds = 50

interface Steps {
  done: number
  /** Absent: nobody knows how many there are. */
  total?: number
}

/**
 * One line on what is being done, written over by the next, with a bar where it is known how much there is to do.
 * Nothing at all where `output` is no terminal, is a dumb one, or `quiet` is set: for `--json`.
 */
export class Progress {
  readonly #output: Output
  readonly #visible: boolean
  readonly #now: () => number
  #shown: string | undefined
  #writtenAt = Number.NEGATIVE_INFINITY

  constructor(
    output: Output,
    {
      quiet = false,
      env = process.env,
      now = () => performance.now(),
    }: { quiet?: boolean | undefined; env?: TerminalEnvironment; now?: () => number } = {},
  ) {
    this.#output = output
    this.#visible = output.isTTY === true && env.TERM !== 'dumb' && !quiet
    this.#now = now
  }

  /** A new text shows at once; of the steps of one and the same, only as many as can be seen. */
  show(text: string, steps?: Steps): void {
    if (!this.#visible) return
    const now = this.#now()
    const finished = steps?.total !== undefined && steps.done >= steps.total
    if (text === this.#shown && !finished && now - this.#writtenAt < leastMilliseconds) return
    this.#shown = text
    this.#writtenAt = now
    const line = steps === undefined ? printable(text) : `${printable(text)} ${shown(steps)}`
    // A line that wraps can't be written over.
    this.#output.write(`${wipe}${cutToWidth(line, (lineWidth(this.#output) ?? 80) - 1)}`)
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown !== undefined) this.#output.write(wipe)
    this.#shown = undefined
  }
}

function shown({ done, total }: Steps): string {
  if (total === undefined) return String(done)
  const share = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total))
  const full = Math.round(share * barColumns)
  return `[${'#'.repeat(full)}${'.'.repeat(barColumns - full)}] ${done}/${total}`
}
