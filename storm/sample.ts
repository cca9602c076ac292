/** What one process said of itself at one moment. */
export interface Sample {
  atMs: number
  /** `api-1`, `conductor-2`, … */
  process: string
  residentBytes: number
  heapBytes: number
  /** Sockets, timers and the like. */
  handles: number
  openFiles: number
  /** Since the last sample, 99th percentile. */
  eventLoopDelayMs: number
  cpuSeconds: number
}
