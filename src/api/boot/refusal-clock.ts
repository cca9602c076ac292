/** What the clock needs of the machine; tests hand in their own. */
export interface Timing {
  /** Monotonic, in milliseconds. */
  now(): number
  /** Calls back once. */
  after(milliseconds: number, callback: () => void): void
}

const machineTiming: Timing = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    setTimeout(callback, milliseconds)
  },
}

/**
 * Lets refusals leave only at the ticks of one coarse clock.
 *
 * An unknown address and a node that may not boot are refused after slightly different work: a row that is found is
 * decoded, its state is compared. The difference is some microseconds, and whoever asks often enough could measure it
 * and so learn which addresses are registered. Ticks lie at whole multiples of the period, whenever a request came:
 * both refusals become ready within the same tick's period and leave at the same instant, in no order. Waiting for a
 * fixed or random time instead would keep the difference, underneath, for an average to bring out.
 *
 * All waiting refusals share one timer, and there is none while nobody waits. Scripts never wait here.
 */
export class RefusalClock {
  readonly #periodMilliseconds: number
  readonly #timing: Timing
  #waiting: (() => void)[] = []

  constructor(periodMilliseconds = 10, timing: Timing = machineTiming) {
    this.#periodMilliseconds = periodMilliseconds
    this.#timing = timing
  }

  /** Calls `leave` at the next tick: nothing but an answer may leave then, as others come behind it. */
  atNextTick(leave: () => void): void {
    this.#waiting.push(leave)
    if (this.#waiting.length > 1) return
    const period = this.#periodMilliseconds
    const now = this.#timing.now()
    const nextTick = (Math.floor(now / period) + 1) * period
    this.#timing.after(nextTick - now, () => this.#tick())
  }

  #tick(): void {
    const leaving = this.#waiting
    this.#waiting = []
    shuffle(leaving)
    for (const leave of leaving) leave()
  }
}

/** The order in which they came would tell whose work took longer. */
function shuffle(callbacks: (() => void)[]): void {
  for (let last = callbacks.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(Math.random() * (last + 1))
    const callback = callbacks[chosen] as () => void
    callbacks[chosen] = callbacks[last] as () => void
    callbacks[last] = callback
  }
}
