import { median } from '../bench/statistics.ts'
import type { Sample } from './sample.ts'

/** What one process took in two parts of a soak: medians, and how they compare. */
export interface Flatness {
  process: string
  what: string
  /** Of the second quarter: in the first one everything is still growing to its size. */
  early: number
  /** Of the last quarter. */
  late: number
  ratio: number
  flat: boolean
}

const measures: readonly { what: string; of: (sample: Sample) => number; atMost: number }[] = [
  { what: 'MiB resident', of: ({ residentBytes }) => residentBytes / 2 ** 20, atMost: 1.2 },
  { what: 'MiB heap', of: ({ heapBytes }) => heapBytes / 2 ** 20, atMost: 1.5 },
  { what: 'handles', of: ({ handles }) => handles, atMost: 1.5 },
  { what: 'open files', of: ({ openFiles }) => openFiles, atMost: 1.5 },
  { what: 'ms event-loop delay, p99', of: ({ eventLoopDelayMs }) => eventLoopDelayMs, atMost: 2 },
]

/** For those processes that lived through it all: one that was started again has lost its memory. */
export function flatness(samples: readonly Sample[], seconds: number): Flatness[] {
  const quarterMs = (seconds * 1000) / 4
  const processes = Map.groupBy(samples, ({ process }) => process)
  return [...processes].sort().flatMap(([process, own]) => {
    const restarted = own.some(({ cpuSeconds }, index) => cpuSeconds < (own[index - 1]?.cpuSeconds ?? 0))
    if (restarted) return []
    const part = (from: number, to: number) => own.filter(({ atMs }) => atMs >= from && atMs < to)
    const [second, last] = [part(quarterMs, 2 * quarterMs), part(3 * quarterMs, 4 * quarterMs)]
    return measures.map(({ atMost, of, what }) => {
      const [early, late] = [median(second.map(of)), median(last.map(of))]
      return { process, what, early, late, ratio: late / early, flat: late <= early * atMost }
    })
  })
}
