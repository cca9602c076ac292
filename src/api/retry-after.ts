import type { DecisionCode } from './boot/boot-decision.ts'

/** How long firmware that meets the failure is told to wait, at least; a rack that boots at once must not come back at once. */
const shortestSeconds = 2
const spreadSeconds = 4
const longestSeconds = 30
/** So many are asked back within one second, by each process: a fraction of what it can answer. */
const returnsPerSecond = 1_000

/**
 * The `Retry-After` of a 503, in whole seconds: iPXE waits so long and asks again by itself. Spread at random, since
 * machines that failed together would otherwise return together. An overload passes sooner than an outage.
 */
export function retryAfterSeconds(code: DecisionCode, random: () => number = Math.random): number {
  const shortest = code === 'Overloaded' ? 1 : shortestSeconds
  return shortest + Math.floor(random() * spreadSeconds)
}

/** The same for many: seconds for which enough are asked back already are passed over, so that no outage ends in a rush. */
export class RetryTimes {
  readonly #now: () => number
  readonly #random: () => number
  readonly #booked = new Map<number, number>()

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now(), random: () => number = Math.random) {
    this.#now = now
    this.#random = random
  }

  seconds(code: DecisionCode): number {
    const present = Math.floor(this.#now() / 1000)
    if (this.#booked.size > longestSeconds) {
      for (const second of this.#booked.keys()) if (second < present) this.#booked.delete(second)
    }
    let wait = retryAfterSeconds(code, this.#random)
    while (wait < longestSeconds && this.#bookedAt(present + wait) >= returnsPerSecond) wait += 1
    if (wait === longestSeconds)
      wait = shortestSeconds + Math.floor(this.#random() * (longestSeconds - shortestSeconds))
    this.#booked.set(present + wait, this.#bookedAt(present + wait) + 1)
    return wait
  }

  #bookedAt(second: number): number {
    return this.#booked.get(second) ?? 0
  }
}
