/** Answers that are remembered: a few seconds of a busy fleet, and not so many that one bad minute stays in them for long. */
const size = 256
/** Sorting at each answer would cost more than the answer. */
const sortedEvery = 32

/** How long conductors took for their last answers. */
export class RecentLatencies {
  readonly #milliseconds = new Float64Array(size)
  #count = 0
  #p95: number | undefined

  add(milliseconds: number): void {
    this.#milliseconds[this.#count % size] = milliseconds
    this.#count += 1
    if (this.#count % sortedEvery !== 0) return
    const known = this.#milliseconds.slice(0, Math.min(this.#count, size)).sort()
    this.#p95 = known[Math.floor(known.length * 0.95)]
  }

  /** In milliseconds, one in twenty took longer; undefined while there were too few answers to say. */
  get p95(): number | undefined {
    return this.#p95
  }
}
