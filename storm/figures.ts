import { quantile } from '../bench/statistics.ts'
import type { BootVerdict } from './boot-verdict.ts'
import {
  type Note,
  type PhaseFigures,
  type PhaseName,
  phaseNames,
  type Quantiles,
  type ScenarioFigures,
} from './result.ts'

/** Counts and times of a scenario's boots, before, during and after what was done. */
export function figuresOf(boots: readonly BootVerdict[], notes: readonly Note[]): ScenarioFigures {
  const phaseOf = phaseBy(notes)
  const grouped = Map.groupBy(boots, phaseOf)
  const conductors = Map.groupBy(
    boots.filter(({ lost }) => lost === undefined),
    ({ conductor }) => conductor ?? 'unknown',
  )
  const reasons = Map.groupBy(
    boots.filter(({ lost }) => lost !== undefined),
    ({ lost }) => lost ?? '',
  )
  return {
    all: phaseFigures(boots),
    phases: Object.fromEntries(phaseNames.map((name) => [name, phaseFigures(grouped.get(name) ?? [])])) as Record<
      PhaseName,
      PhaseFigures
    >,
    byConductor: counts(conductors),
    reasons: counts(reasons),
  }
}

/** A boot is "during" when any of its way to the script lies between the first note and the last. */
function phaseBy(notes: readonly Note[]): (boot: BootVerdict) => PhaseName {
  const from = notes[0]?.atMs ?? Number.POSITIVE_INFINITY
  const to = notes.at(-1)?.atMs ?? Number.POSITIVE_INFINITY
  return ({ onMs, scriptMs }) => {
    if (onMs > to) return 'after'
    return (scriptMs ?? Number.POSITIVE_INFINITY) < from ? 'before' : 'during'
  }
}

function phaseFigures(boots: readonly BootVerdict[]): PhaseFigures {
  const done = boots.filter(({ lost }) => lost === undefined)
  const times = (of: (boot: BootVerdict) => number) => quantiles(done.map(of))
  const untilScript = ({ onMs, scriptMs }: BootVerdict) => (scriptMs ?? Number.NaN) - onMs
  return {
    begun: boots.length,
    done: done.length,
    retried: boots.filter(({ failures, toldToWait }) => failures + toldToWait > 0).length,
    lost: boots.length - done.length,
    script: times((boot) => Math.max(0, untilScript(boot) - boot.scriptPausedMs)),
    scriptWithPauses: times(untilScript),
    boot: times(({ bootedMs, onMs }) => (bootedMs ?? Number.NaN) - onMs),
  }
}

function quantiles(values: readonly number[]): Quantiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) }
}

function counts(groups: Map<string, readonly unknown[]>): Record<string, number> {
  return Object.fromEntries([...groups].map(([name, members]) => [name, members.length] as const).sort())
}
