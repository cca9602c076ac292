import type { Timers } from '../../src/conductor/timers.ts'
import type { SimClock } from './sim-clock.ts'

/**
 * A process on the simulated clock: it can be stopped and continued, as by signals, and killed. Its own clock may be off,
 * and run too fast or too slow.
 */
export class SimProcess implements Timers {
  readonly #clock: SimClock
  readonly #rate: number
  readonly #offset: number
  #state: 'running' | 'stopped' | 'dead' = 'running'
  #waiting: (() => void)[] = []

  constructor(clock: SimClock, { rate = 1, offset = 0 } = {}) {
    this.#clock = clock
    this.#rate = rate
    this.#offset = offset
  }

  get state(): 'running' | 'stopped' | 'dead' {
    return this.#state
  }

  now(): number {
    return this.#offset + this.#clock.now * this.#rate
  }

  after(milliseconds: number, work: () => void): () => void {
    return this.#clock.after(milliseconds / this.#rate, () => this.#whenRunning(work))
  }

  /** Resolves when the process is able to notice it: at once, when it is continued, or never. */
  running(): Promise<void> {
    return new Promise((resolve) => this.#whenRunning(resolve))
  }

  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped'
  }

  continue(): void {
    if (this.#state !== 'stopped') return
    this.#state = 'running'
    const waiting = this.#waiting
    this.#waiting = []
    for (const work of waiting) this.#whenRunning(work)
  }

  kill(): void {
    this.#state = 'dead'
    this.#waiting = []
  }

  #whenRunning(work: () => void): void {
    if (this.#state === 'running') work()
    else if (this.#state === 'stopped') this.#waiting.push(work)
  }
}
