import { performance } from 'node:perf_hooks'

/** Ends a wait before its time; harmless afterwards. */
export type Cancel = () => void

/** The client's time. Pauses and limits are apart so that a test can skip the pauses and yet wait for servers. */
export interface FirmwareClock {
  /** Monotonic. */
  nowMs(): number
  /** A pause that the firmware makes by itself: a script's `sleep`, a server's `Retry-After`. */
  pause(ms: number, done: () => void): Cancel
  /** A limit on the patience with others; usually cancelled before it is reached. */
  limit(ms: number, reached: () => void): Cancel
}

const after = (ms: number, callback: () => void): Cancel => {
  // Node keeps timers of equal length in one list: thousands of equal limits cost as much as one.
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}

/** Real time. */
export const realClock: FirmwareClock = { nowMs: () => performance.now(), pause: after, limit: after }
