/** Counts events by one label with a fixed list of values. */
export class LabelledCount {
  readonly #indices: ReadonlyMap<string, number>
  readonly #values: readonly string[]
  readonly #counts: Float64Array

  constructor(values: readonly string[]) {
    this.#values = values
    this.#indices = new Map(values.map((value, index) => [value, index]))
    this.#counts = new Float64Array(values.length)
  }

  /** A value that is not in the list is a mistake of the caller's. Throws `RangeError`. */
  add(value: string): void {
    const index = this.#indices.get(value)
    if (index === undefined) throw new RangeError(`${JSON.stringify(value)} is no value of this label`)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  /** The values that were counted at least once. */
  *entries(): Generator<[value: string, count: number]> {
    for (const [index, value] of this.#values.entries()) {
      const count = this.#counts[index] ?? 0
      if (count > 0) yield [value, count]
    }
  }
}
