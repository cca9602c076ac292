/** How the parts of a conductor wait: what a test that has hours to go through hands them in place of the real clock. */
export interface Timers {
  /** Milliseconds, on a monotonic clock. */
  now(): number
  /** Calls `work` once, so many milliseconds later; the function that it returns takes that back. */
  after(milliseconds: number, work: () => void): () => void
}

/** They do not keep the process alive: its servers do. */
export const realTimers: Timers = {
  now: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds).unref()
    return () => clearTimeout(timer)
  },
}
