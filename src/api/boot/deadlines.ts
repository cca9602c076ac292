/** Something that must end by a certain time. */
export interface Deadline {
  /** On the clock of `performance.now()`. */
  readonly expiresAt: number
  expire(): void
}

/**
 * Watches over many deadlines with one timer. Nearly all are met: one that is costs an entry in a set here, where a
 * timer set and cleared for each was a measurable part of a boot request.
 * The timer does not keep the process alive: whoever is being waited for does.
 */
export class Deadlines {
  readonly #waiting = new Set<Deadline>()
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY

  add(deadline: Deadline): void {
    this.#waiting.add(deadline)
    if (deadline.expiresAt < this.#timerAt) this.#arm(deadline.expiresAt)
  }

  /** The deadline was met. */
  remove(deadline: Deadline): void {
    this.#waiting.delete(deadline)
  }

  #arm(at: number): void {
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#look(), Math.max(1, at - performance.now())).unref()
  }

  /** Nearly always finds those that were waited for gone, and waits for the next. */
  #look(): void {
    const now = performance.now()
    this.#timerAt = Number.POSITIVE_INFINITY
    let next = Number.POSITIVE_INFINITY
    for (const deadline of [...this.#waiting]) {
      if (deadline.expiresAt <= now) {
        this.#waiting.delete(deadline)
        deadline.expire()
      } else {
        next = Math.min(next, deadline.expiresAt)
      }
    }
    if (next < this.#timerAt) this.#arm(next)
  }
}
