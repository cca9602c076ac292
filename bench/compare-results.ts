import type { CompareOptions } from './compare-options.ts'
import type { MachineFacts } from './machine.ts'
import type { CandidateKind, Round } from './results.ts'
import { type Spread, spread } from './statistics.ts'

/** Of one kind of installation: rounds of both checkouts, of which those with the same number ran one right after the other. */
export interface ComparedRounds {
  kind: Exclude<CandidateKind, 'nginx'>
  other: Round[]
  own: Round[]
}

export interface Comparison extends ComparedRounds {
  /** What this checkout does, as a multiple of what the other one does in the same round. */
  requestsPerSecond: Spread
  cpuPerRequest: Spread
  p99: Spread
}

export interface CompareResults {
  /** ISO 8601, UTC. */
  date: string
  options: Omit<CompareOptions, 'other'>
  machine: MachineFacts
  /** The commits. */
  own: string
  other: string
  comparisons: Comparison[]
}

export function compared(rounds: ComparedRounds): Comparison {
  const factors = (figure: (round: Round) => number) =>
    spread(
      rounds.own.flatMap((own, index) => {
        const other = rounds.other[index]
        return other === undefined ? [] : [figure(own) / figure(other)]
      }),
    )
  return {
    ...rounds,
    requestsPerSecond: factors((round) => round.requestsPerSecond),
    cpuPerRequest: factors((round) => round.cpuMicrosecondsPerRequest),
    p99: factors((round) => round.p99Microseconds),
  }
}
