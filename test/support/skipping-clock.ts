import { performance } from 'node:perf_hooks'
import type { Cancel, FirmwareClock } from '../../storm/firmware/firmware-clock.ts'

/** Real time, but that pauses are over at once; they count as if they had been waited for. */
export class SkippingClock implements FirmwareClock {
  /** All pauses that began, in milliseconds. */
  readonly pauses: number[] = []
  #skippedMs = 0

  nowMs(): number {
    return performance.now() + this.#skippedMs
  }

  pause(ms: number, done: () => void): Cancel {
    this.pauses.push(ms)
    const immediate = setImmediate(() => {
      this.#skippedMs += ms
      done()
    })
    return () => clearImmediate(immediate)
  }

  limit(ms: number, reached: () => void): Cancel {
    const timer = setTimeout(reached, ms)
    return () => clearTimeout(timer)
  }
}
