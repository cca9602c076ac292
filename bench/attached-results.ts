import type { CpuGroup } from './attached-cpu.ts'
import type { DatabaseUser } from './attached-database.ts'
import type { IronicRequest } from './attached-installation.ts'
import type { Latency } from './attached-load.ts'
import { allCpuSeconds, type Difference, statementsOf, type UserCounters } from './attached-meter.ts'
import type { AttachedBenchOptions } from './attached-options.ts'
import type { MachineFacts } from './machine.ts'
import { median, type Spread, spread } from './statistics.ts'

/**
 * `rest`: nobody asks anything, bootring is there; `copies`: the same with `[bootring]replicate`. The others under
 * Ironic's load: `ironic` without bootring, `beside` with it, `boots` with machines booting at a steady rate, `fast`
 * with as many as it takes.
 */
export const phaseKinds = ['rest', 'copies', 'ironic', 'beside', 'boots', 'fast'] as const
export type PhaseKind = (typeof phaseKinds)[number]

export interface Phase extends Difference {
  kind: PhaseKind
  /** From 1; phases of the same round are neighbours in time. */
  round: number
  /** Of Ironic's API by kind of request, and of all of them as `all`. */
  latencies: Partial<Record<IronicRequest | 'all', Latency>>
  boots: Latency | undefined
}

/** What one request has the database do, without what goes on anyway. */
export interface RequestCost {
  name: string
  requests: number
  statements: number
  writes: number
  rowsRead: number
  kibSent: number
  /** CPU of the database. */
  microseconds: number
}

export interface AttachedResults {
  /** ISO 8601, UTC. */
  date: string
  options: AttachedBenchOptions
  machine: MachineFacts
  mariadb: string
  /** Of bootring. */
  processes: number
  phases: Phase[]
  /** One request at a time, while nothing else asks. */
  costs: RequestCost[]
  /** All answers of a kind of phase taken together. */
  pooled: Partial<Record<PhaseKind, Latency>>
  /** Nodes that should have kept their state, and did. */
  stillWaiting: number
}

/** Of the rounds: how many there were, and in how many of them the figure was above 1. */
export interface Ratio extends Spread {
  rounds: number
  above: number
}

/** Medians over the rounds. */
export interface Figures {
  boot: Record<'boots' | 'fast', RequestCost | undefined>
  /** Statements a second while nobody asks anything. */
  rest: Record<DatabaseUser, number>
  copies: number | undefined
  /** Statements of Ironic's a second under its load, without bootring. */
  ironicUnderLoad: number
  /** Sessions that were open at the end of the phases of a kind, at most. */
  sessions: Partial<Record<PhaseKind, Record<DatabaseUser, number>>>
  /** Of the same round: as a multiple of that without bootring. */
  latency: Record<'beside' | 'boots', Record<'p50' | 'p99', Ratio>>
  /** Part of bootring's in the CPU time that the database used for both users' statements. */
  cpuPart: Record<'beside' | 'boots', Spread>
  /** By the clock, what the database takes for one of Ironic's statements: as a multiple of that without bootring. */
  ironicStatement: Record<'beside' | 'boots', Ratio>
  /** CPU seconds of the database for 1,000 boots: counted for bootring's user, and by what its process used more than beside it without boots. */
  cpuOfThousandBoots: { counted: number; more: Spread }
  /** CPU µs of bootring's own processes for one boot. */
  bootringMicroseconds: Record<'api' | 'conductor', number>
  /** Of Ironic's user, a second. */
  ironicStatements: Record<'ironic' | 'beside' | 'boots', Spread>
  /** Part of the processors' work in the phases under load that was done for others than this run. */
  othersShare: Spread
  /** All the work of the processors, as a part of what they can do. */
  busyShare: Spread
  /** Median answer of Ironic's API in the phases without bootring: how far it differs from itself. */
  ironicP50Milliseconds: Spread
}

export function phasesOf(phases: readonly Phase[], kind: PhaseKind): Phase[] {
  return phases.filter((phase) => phase.kind === kind)
}

/** A user's counters for each of `requests`; `anyway`: what would have been counted without them. */
export function costOf(name: string, requests: number, counted: UserCounters, anyway?: UserCounters): RequestCost {
  const each = (of: (counters: UserCounters) => number) =>
    (of(counted) - (anyway === undefined ? 0 : of(anyway))) / requests
  return {
    name,
    requests,
    statements: each(statementsOf),
    writes: each(({ writes }) => writes),
    rowsRead: each(({ rowsRead }) => rowsRead),
    kibSent: each(({ bytesSent }) => bytesSent) / 1024,
    microseconds: each(({ cpuSeconds }) => cpuSeconds) * 1e6,
  }
}

export function figuresOfAttached({ options, phases, machine }: AttachedResults): Figures {
  const [rest] = phasesOf(phases, 'rest')
  const [copies] = phasesOf(phases, 'copies')
  if (rest === undefined) throw new Error('without the phase at rest there is nothing to compare with')
  const perSecond = (phase: Phase, user: DatabaseUser) => statementsOf(phase.users[user]) / phase.seconds
  const restOf = { ironic: perSecond(rest, 'ironic'), bootring: perSecond(rest, 'bootring') }
  const boot = (kind: 'boots' | 'fast') => {
    const some = phasesOf(phases, kind)
    const boots = bootsIn(some)
    if (boots === 0) return undefined
    const users = some.map(({ users }) => users.bootring)
    const seconds = some.reduce((sum, phase) => sum + phase.seconds, 0)
    const anyway = scaled(rest.users.bootring, seconds / rest.seconds)
    return costOf('boot', boots, users.reduce(addUp), anyway)
  }
  const inRound = (kind: PhaseKind, combine: (phase: Phase, ironic: Phase) => number): Ratio => {
    const ratios = phasesOf(phases, kind).flatMap((phase) => {
      const ironic = phases.find((other) => other.kind === 'ironic' && other.round === phase.round)
      return ironic === undefined ? [] : [combine(phase, ironic)]
    })
    return { ...spread(ratios), rounds: ratios.length, above: ratios.filter((ratio) => ratio > 1).length }
  }
  const latency = (kind: PhaseKind) => ({
    p50: inRound(kind, (a, b) => (a.latencies.all?.p50Milliseconds ?? 0) / (b.latencies.all?.p50Milliseconds ?? 0)),
    p99: inRound(kind, (a, b) => (a.latencies.all?.p99Milliseconds ?? 0) / (b.latencies.all?.p99Milliseconds ?? 0)),
  })
  const cpuRate = (phase: Phase) => phase.cpuSeconds.database / phase.seconds
  const cpuPart = (kind: PhaseKind) =>
    spread(
      phasesOf(phases, kind).map(
        ({ users: { bootring, ironic } }) => bootring.cpuSeconds / (bootring.cpuSeconds + ironic.cpuSeconds),
      ),
    )
  const ironicRate = (kind: PhaseKind) => spread(phasesOf(phases, kind).map((phase) => perSecond(phase, 'ironic')))
  const statementTime = ({ users: { ironic } }: Phase) => ironic.busySeconds / statementsOf(ironic)
  const ironicStatement = (kind: PhaseKind) =>
    inRound(kind, (phase, ironic) => statementTime(phase) / statementTime(ironic))
  const steady = phasesOf(phases, 'boots')
  const beside = phasesOf(phases, 'beside')
  const ownCpu = (group: CpuGroup) => {
    const rate = (some: Phase[]) =>
      some.reduce((sum, { cpuSeconds }) => sum + cpuSeconds[group], 0) /
      some.reduce((sum, { seconds }) => sum + seconds, 0)
    const bootsPerSecond = bootsIn(steady) / steady.reduce((sum, { seconds }) => sum + seconds, 0)
    return ((rate(steady) - rate(beside)) / bootsPerSecond) * 1e6
  }
  const underLoad = phases.filter(({ kind }) => kind === 'ironic' || kind === 'beside' || kind === 'boots')
  const busy = (phase: Phase) => allCpuSeconds(phase.cpuSeconds)
  const sessions: Figures['sessions'] = {}
  for (const { kind, sessions: open } of phases) {
    const { bootring = 0, ironic = 0 } = sessions[kind] ?? {}
    sessions[kind] = { ironic: Math.max(ironic, open.ironic), bootring: Math.max(bootring, open.bootring) }
  }
  const steadyCost = boot('boots')
  return {
    boot: { boots: steadyCost, fast: boot('fast') },
    rest: restOf,
    copies: copies && perSecond(copies, 'bootring'),
    ironicUnderLoad: median(phasesOf(phases, 'ironic').map((phase) => perSecond(phase, 'ironic'))),
    sessions,
    latency: { beside: latency('beside'), boots: latency('boots') },
    cpuPart: { beside: cpuPart('beside'), boots: cpuPart('boots') },
    ironicStatement: { beside: ironicStatement('beside'), boots: ironicStatement('boots') },
    cpuOfThousandBoots: {
      counted: ((steadyCost?.microseconds ?? 0) * 1000) / 1e6,
      more: spread(
        steady.flatMap((phase) => {
          const without = beside.find(({ round }) => round === phase.round)
          return without ? [((cpuRate(phase) - cpuRate(without)) / options.bootsPerSecond) * 1000] : []
        }),
      ),
    },
    bootringMicroseconds: { api: ownCpu('bootring api'), conductor: ownCpu('bootring conductor') },
    ironicStatements: { ironic: ironicRate('ironic'), beside: ironicRate('beside'), boots: ironicRate('boots') },
    othersShare: spread(underLoad.map((phase) => Math.max(0, phase.cpuSeconds.others) / busy(phase))),
    busyShare: spread(underLoad.map((phase) => busy(phase) / phase.seconds / machine.cores)),
    ironicP50Milliseconds: spread(phasesOf(phases, 'ironic').map((phase) => phase.latencies.all?.p50Milliseconds ?? 0)),
  }
}

const bootsIn = (phases: readonly Phase[]) => phases.reduce((sum, { boots }) => sum + (boots?.requests ?? 0), 0)

/** Figure by figure. */
export function medianCost(costs: readonly RequestCost[]): RequestCost {
  const [first] = costs
  if (first === undefined) throw new Error('there is no cost')
  const middle = (of: (cost: RequestCost) => number) => median(costs.map(of))
  return {
    name: first.name,
    requests: costs.reduce((sum, { requests }) => sum + requests, 0),
    statements: middle(({ statements }) => statements),
    writes: middle(({ writes }) => writes),
    rowsRead: middle(({ rowsRead }) => rowsRead),
    kibSent: middle(({ kibSent }) => kibSent),
    microseconds: middle(({ microseconds }) => microseconds),
  }
}

const scaled = (counters: UserCounters, factor: number) =>
  Object.fromEntries(Object.entries(counters).map(([key, value]) => [key, value * factor])) as unknown as UserCounters

function addUp(a: UserCounters, b: UserCounters): UserCounters {
  return Object.fromEntries(
    (Object.keys(a) as (keyof UserCounters)[]).map((key) => [key, a[key] + b[key]]),
  ) as unknown as UserCounters
}
