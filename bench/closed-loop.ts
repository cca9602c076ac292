import { quantile } from './statistics.ts'

/** How long requests took, and how many came through. */
export interface Timing {
  requests: number
  perSecond: number
  p50Milliseconds: number
  p99Milliseconds: number
  /** Processor time of the servers for one request. */
  cpuMillisecondsPerRequest: number
}

/** What a closed loop has measured. */
export interface LoopResult {
  /** Of each request, in the order in which they ended. */
  milliseconds: number[]
  /** From the first request to the last answer. */
  seconds: number
  /** What the servers have used meanwhile. */
  cpuSeconds: number
}

/** Some servers' processor time so far. */
export type CpuMeter = () => number

/**
 * `clients` that each make one request after the other, until `end` says that there is no request of this number any more.
 * The first failure ends all.
 */
export async function closedLoop(
  cpu: CpuMeter,
  clients: number,
  end: (number: number) => boolean,
  request: (number: number) => Promise<unknown>,
): Promise<LoopResult> {
  const milliseconds: number[] = []
  const cpuBefore = cpu()
  const startedAt = performance.now()
  let next = 0
  let failed = false
  const client = async () => {
    while (!failed && !end(next)) {
      const number = next
      next += 1
      const began = performance.now()
      await request(number)
      milliseconds.push(performance.now() - began)
    }
  }
  try {
    await Promise.all(Array.from({ length: clients }, client))
  } finally {
    failed = true
  }
  return { milliseconds, seconds: (performance.now() - startedAt) / 1000, cpuSeconds: cpu() - cpuBefore }
}

/** So many requests in all. */
export const times = (count: number) => (number: number) => number >= count

/** Requests begin for so long, and at least `atLeast` of them. */
export function forSeconds(seconds: number, atLeast: number): (number: number) => boolean {
  const deadline = performance.now() + seconds * 1000
  return (number) => number >= atLeast && performance.now() > deadline
}

/** Of one loop, or of several, one after the other. */
export function timingOf(...loops: readonly LoopResult[]): Timing {
  const all = loops.flatMap(({ milliseconds }) => milliseconds)
  const sum = (figure: (loop: LoopResult) => number) => loops.reduce((so, loop) => so + figure(loop), 0)
  return {
    requests: all.length,
    perSecond: all.length / sum(({ seconds }) => seconds),
    cpuMillisecondsPerRequest: (sum(({ cpuSeconds }) => cpuSeconds) * 1000) / all.length,
    p50Milliseconds: quantile(all, 0.5),
    p99Milliseconds: quantile(all, 0.99),
  }
}
