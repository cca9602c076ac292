import type { MachineFacts } from './machine.ts'
import type { Memory } from './memory.ts'
import type { BenchOptions } from './options.ts'
import type { ProfiledProcess } from './profile.ts'
import type { RefusalTimes } from './refusal-times.ts'
import { type Spread, spread } from './statistics.ts'
import type { LoadResult } from './wrk.ts'

/** Who is measured. `api` stands for an API and a conductor in another process. */
export type CandidateKind = 'nginx' | 'serve' | 'api' | 'api on PostgreSQL'

/** One candidate, round by round; round i of all candidates was run within the same half minute. */
export interface CandidateRounds {
  kind: CandidateKind
  /** In the database; undefined for nginx. */
  nodes: number | undefined
  rounds: Round[]
}

/** What the load generator saw, and what it cost the servers. */
export interface Round extends LoadResult {
  /** CPU time of all its processes together. On a machine that others use too it tells more than requests per second. */
  cpuMicrosecondsPerRequest: number
}

export interface CandidateFigures extends CandidateRounds {
  requestsPerSecond: Spread
  p50Microseconds: Spread
  p99Microseconds: Spread
  cpuMicrosecondsPerRequest: Spread
  /** Requests per second as a part of nginx's in the same round. */
  ratio: Spread
  errors: number
}

export interface ProcessMemory {
  process: string
  memory: Memory
}

/** Seconds from the start of `serve` to the first script, of several starts. */
export interface StartTime {
  what: string
  seconds: Spread
}

/** How long a conductor took to write the boot files of a whole fleet; undefined where it was not waited for to the end. */
export interface BootFilesTime {
  service: string
  nodes: number
  seconds: number | undefined
}

/** Everything one run found out. */
export interface Results {
  /** ISO 8601, UTC. */
  date: string
  options: BenchOptions
  machine: MachineFacts
  candidates: CandidateFigures[]
  /** Cost of a request with the large fleet, as a multiple of that with the small one: of the same round, then the spread. */
  growth: { kind: CandidateKind; factor: Spread }[]
  memory: ProcessMemory[]
  starts: StartTime[]
  bootFiles: BootFilesTime[]
  refusals: RefusalTimes
  profile: ProfiledProcess[]
}

export function labelOf({ kind, nodes }: Pick<CandidateRounds, 'kind' | 'nodes'>): string {
  return nodes === undefined ? kind : `${kind}, ${nodes.toLocaleString('en')} nodes`
}

/** Figures of all candidates; nginx must be among them. */
export function figuresOf(candidates: readonly CandidateRounds[]): CandidateFigures[] {
  const baseline = candidates.find(({ kind }) => kind === 'nginx')?.rounds
  if (baseline === undefined) throw new Error('without nginx there is nothing to compare with')
  return candidates.map((candidate) => {
    const { rounds } = candidate
    return {
      ...candidate,
      requestsPerSecond: spread(rounds.map((round) => round.requestsPerSecond)),
      p50Microseconds: spread(rounds.map((round) => round.p50Microseconds)),
      p99Microseconds: spread(rounds.map((round) => round.p99Microseconds)),
      cpuMicrosecondsPerRequest: spread(rounds.map((round) => round.cpuMicrosecondsPerRequest)),
      ratio: spread(pairwise(rounds, baseline, (own, nginx) => own / nginx)),
      errors: rounds.reduce((sum, round) => sum + round.errors, 0),
    }
  })
}

/** For each kind that was measured with both fleets. */
export function growthOf(candidates: readonly CandidateRounds[], [small, large]: [number, number]): Results['growth'] {
  return candidates
    .filter(({ nodes }) => nodes === large)
    .flatMap(({ kind, rounds }) => {
      const before = candidates.find((other) => other.kind === kind && other.nodes === small)
      return before ? [{ kind, factor: spread(pairwise(before.rounds, rounds, (few, many) => few / many)) }] : []
    })
}

function pairwise(a: Round[], b: Round[], combine: (a: number, b: number) => number): number[] {
  return a.flatMap((round, index) => {
    const other = b[index]
    return other === undefined ? [] : [combine(round.requestsPerSecond, other.requestsPerSecond)]
  })
}
