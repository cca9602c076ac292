/** A clock that goes as fast as the work allows: time passes from one thing that is due to the next. */
export class SimClock {
  readonly #due: { at: number; work: () => void }[] = []
  #now = 0

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now
  }

  /** Calls `work` so many milliseconds later; what is returned takes that back. */
  after(milliseconds: number, work: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, milliseconds), work }
    let index = this.#due.length
    while (index > 0 && (this.#due[index - 1]?.at ?? 0) > entry.at) index -= 1
    this.#due.splice(index, 0, entry)
    return () => {
      entry.work = () => undefined
    }
  }

  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve))
  }

  /** Lets so much time pass, with all that is due in it. */
  async run(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds
    for (let next = this.#due[0]; next !== undefined && next.at <= until; next = this.#due[0]) {
      this.#due.shift()
      this.#now = next.at
      next.work()
      // All that follows from it without waiting: nothing here takes the time of a real timer.
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#now = until
  }
}
