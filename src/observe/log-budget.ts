/**
 * Rations log lines that clients can cause: so many a second, and a burst. What is left out is counted, for the next
 * line to say.
 */
export class LogBudget {
  readonly #linesPerSecond: number
  readonly #burst: number
  readonly #now: () => number
  #left: number
  #filledAt: number
  #suppressed = 0

  /** `now` is a monotonic clock in milliseconds. */
  constructor(linesPerSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#linesPerSecond = linesPerSecond
    this.#burst = burst
    this.#now = now
    this.#left = burst
    this.#filledAt = now()
  }

  /** How many lines were left out since the last one, when this one may be written; undefined when it may not. */
  take(): number | undefined {
    const now = this.#now()
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#filledAt) / 1000) * this.#linesPerSecond)
    this.#filledAt = now
    if (this.#left < 1) {
      this.#suppressed += 1
      return undefined
    }
    this.#left -= 1
    const suppressed = this.#suppressed
    this.#suppressed = 0
    return suppressed
  }
}
