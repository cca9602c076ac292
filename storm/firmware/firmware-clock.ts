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

// Node keeps timers of equal length in one list: thousands of equal limits cost as much as one.
const pause = (ms: number, done: () => void): Cancel => {
  const timer = setTimeout(done, ms)
  return () => clearTimeout(timer)
}

// A busy process reads late: what has arrived by then is taken before the limit is judged, or the slowness of the
// simulation would count as the server's.
const limit = (ms: number, reached: () => void): Cancel => {
  let immediate: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    immediate = setImmediate(reached)
  }, ms)
  return () => {
    clearTimeout(timer)
    clearImmediate(immediate)
  }
}

/** Real time. */
export const realClock: FirmwareClock = { nowMs: () => performance.now(), pause, limit }
