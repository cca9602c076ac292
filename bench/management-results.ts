import { type LoopResult, type Timing, timingOf } from './closed-loop.ts'
import type { MachineFacts } from './machine.ts'
import type { ManagementOptions } from './management-options.ts'
import { median, type Spread, spread } from './statistics.ts'

/** Who is measured: `serve` on SQLite, or an API and a conductor in two processes on PostgreSQL. */
export type ManagedKind = 'serve on SQLite' | 'api and conductor on PostgreSQL'

/** What several clients at once have seen of a fleet that they have made themselves. */
export interface CrowdTiming {
  kind: ManagedKind
  operation: string
  timing: Timing
}

/** Whether creation slows down as the fleet grows. */
export interface CreationGrowth {
  kind: ManagedKind
  nodes: number
  /** Median time to create one of the last tenth of the nodes, as a multiple of that of one of the first. */
  factor: number
}

/** One operation with a fleet of one size, by one client, round by round. */
export interface SizeRounds {
  kind: ManagedKind
  operation: string
  nodes: number
  rounds: LoopResult[]
}

export interface SizeFigures {
  kind: ManagedKind
  operation: string
  nodes: number
  timing: Timing
  /** Median time of a round as a multiple of that with the smallest fleet in the same round. */
  growth: Spread
  /** The same of the processor time of a request, over all rounds: one round has too few of its ticks. */
  cpuGrowth: number
}

/** What a conductor uses while nobody asks for anything, with its periodic passes as they are by default. */
export interface RestFigures {
  nodes: number
  /** Part of one core. */
  cpuShare: number
  residentMib: number
}

/** Everything one run found out. */
export interface ManagementResults {
  /** ISO 8601, UTC. */
  date: string
  options: ManagementOptions
  machine: MachineFacts
  /** Part of the work of the processors that had nothing to do with this run. */
  othersShare: number
  /** Seconds to fill a fleet of each size without REST. */
  filling: { kind: ManagedKind; nodes: number; seconds: number }[]
  crowd: CrowdTiming[]
  creation: CreationGrowth[]
  sizes: SizeFigures[]
  rest: RestFigures[]
}

/** Figures of all sizes; rounds of the smallest one must be among them. */
export function sizeFigures(all: readonly SizeRounds[]): SizeFigures[] {
  return all.map((one) => {
    const same = all.filter(({ kind, operation }) => kind === one.kind && operation === one.operation)
    const smallest = same.reduce((a, b) => (b.nodes < a.nodes ? b : a))
    const factors = one.rounds.flatMap(({ milliseconds }, round) => {
      const before = smallest.rounds[round]
      return before === undefined ? [] : [median(milliseconds) / median(before.milliseconds)]
    })
    const { kind, nodes, operation } = one
    const timing = timingOf(...one.rounds)
    const cpuGrowth = timing.cpuMillisecondsPerRequest / timingOf(...smallest.rounds).cpuMillisecondsPerRequest
    return { kind, operation, nodes, timing, growth: spread(factors), cpuGrowth }
  })
}

/** How much longer the last tenth took than the first, by medians. */
export function growthWithin(milliseconds: readonly number[]): number {
  const tenth = Math.max(1, Math.floor(milliseconds.length / 10))
  return median(milliseconds.slice(-tenth)) / median(milliseconds.slice(0, tenth))
}
