import { BootringError } from '../model/errors.ts'

/** More than this many lines help nobody; the rest are counted. */
const maxReported = 1000

interface Problem {
  at: number
  line: string
}

/** Collects everything that is wrong with one fleet file, and knows the file's lines. */
export class Problems {
  readonly #text: string
  readonly #fileName: string
  readonly #problems: Problem[] = []
  #count = 0
  #lineStarts: number[] | undefined

  constructor(text: string, fileName: string) {
    this.#text = text
    this.#fileName = fileName
  }

  get count(): number {
    return this.#count
  }

  /** `field` is the path of the value, e.g. `nodes[3].ports[0].address`; empty when the problem has none. */
  add(at: number, field: string, message: string): void {
    this.#count += 1
    if (this.#problems.length >= maxReported) return
    const place = field === '' ? '' : `${field}: `
    this.#problems.push({ at, line: `${this.place(at)}: ${place}${message}` })
  }

  /** `file:line:column`, counted from 1. */
  place(at: number): string {
    const line = this.line(at)
    return `${this.#fileName}:${line}:${at - (this.#starts()[line - 1] ?? 0) + 1}`
  }

  /** The line that the offset lies in, counted from 1. */
  line(at: number): number {
    const starts = this.#starts()
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= at) low = middle
      else high = middle
    }
    return low + 1
  }

  /** `FleetInvalid` with one line a problem, in file order. */
  error(): BootringError {
    const lines = this.#problems.toSorted((a, b) => a.at - b.at).map((problem) => problem.line)
    const more = this.#count - lines.length
    if (more > 0) lines.push(`${this.#fileName}: ... and ${more} more problems`)
    return new BootringError('FleetInvalid', lines.join('\n'))
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0]
      for (let end = this.#text.indexOf('\n'); end !== -1; end = this.#text.indexOf('\n', end + 1)) starts.push(end + 1)
      this.#lineStarts = starts
    }
    return this.#lineStarts
  }
}
