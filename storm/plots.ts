import { quantile } from '../bench/statistics.ts'
import type { BootVerdict } from './boot-verdict.ts'
import type { ScenarioResult } from './result.ts'
import type { Sample } from './sample.ts'
import { type Panel, type Series, timePlot } from './time-plot.ts'

/** Files and what is in them: boots over time for each scenario, and what the processes took for a soak. */
export function plots(prefix: string, results: readonly ScenarioResult[]): [string, string][] {
  return results.flatMap((result) => {
    const all: [string, string][] = [[plotName(prefix, result.name), bootPlot(result)]]
    if (result.name === 'soak') all.push([plotName(prefix, 'processes'), processPlot(result)])
    return all
  })
}

export function plotName(prefix: string, name: string): string {
  return prefix === name ? `${prefix}.svg` : `${prefix}-${name}.svg`
}

/** A value for each so many seconds. */
function bucketSeconds(seconds: number): number {
  return seconds > 300 ? 10 : 1
}

function endOf({ boots, notes }: Pick<ScenarioResult, 'boots' | 'notes'>): number {
  const last = boots.reduce((end, { bootedMs, onMs }) => Math.max(end, bootedMs ?? onMs), 0)
  return Math.ceil(Math.max(last, notes.at(-1)?.atMs ?? 0) / 1000) + 1
}

function bootPlot(result: ScenarioResult): string {
  const { boots, figures, notes, title } = result
  const seconds = endOf(result)
  const every = bucketSeconds(seconds)
  const booted = boots.filter(({ lost }) => lost === undefined)
  const rate = (
    name: string,
    colour: number,
    of: readonly BootVerdict[],
    at: (boot: BootVerdict) => number | undefined,
  ) => overTime(name, colour, of, at, seconds, every, (group) => group.length / every)
  const untilScript = ({ onMs, scriptMs, scriptPausedMs }: BootVerdict) =>
    Math.max(0, (scriptMs ?? 0) - onMs - scriptPausedMs)
  const time = (name: string, colour: number, p: number) =>
    overTime(
      name,
      colour,
      booted,
      ({ scriptMs }) => scriptMs,
      seconds,
      every,
      (group) => (group.length === 0 ? Number.NaN : quantile(group.map(untilScript), p)),
    )
  const conductors = Object.keys(figures.byConductor)
  return timePlot({
    title,
    subtitle: `${figures.all.begun} boots begun, ${figures.all.done} done, ${figures.all.lost} lost; ${every === 1 ? 'each second' : `every ${every} seconds`}`,
    seconds,
    marks: notes.map(({ atMs, what }) => ({ seconds: atMs / 1000, text: what })),
    panels: [
      {
        title: 'boots a second',
        series: [rate('begun', 4, boots, ({ onMs }) => onMs), rate('done', 0, booted, ({ bootedMs }) => bootedMs)],
      },
      {
        title: 'done, by conductor',
        series: conductors.map((name, index) =>
          rate(
            name.replace('.lab.example', ''),
            index % 6,
            booted.filter(({ conductor }) => conductor === name),
            ({ bootedMs }) => bootedMs,
          ),
        ),
      },
      { title: 'ms to the script, without pauses', series: [time('p50', 0, 0.5), time('p99', 1, 0.99)] },
      {
        title: 'told to wait, a second',
        series: [
          overTime(
            'answers 503',
            3,
            boots.flatMap(({ scriptRequests }) => scriptRequests.filter(([, , status]) => status === 503)),
            ([atMs]) => atMs,
            seconds,
            every,
            (group) => group.length / every,
          ),
        ],
      },
    ],
  })
}

function overTime<T>(
  name: string,
  colour: number,
  items: readonly T[],
  atMs: (item: T) => number | undefined,
  seconds: number,
  every: number,
  value: (group: readonly T[]) => number,
): Series {
  const groups = Map.groupBy(items, (item) => Math.floor((atMs(item) ?? -1) / 1000 / every))
  const points = Array.from(
    { length: Math.ceil(seconds / every) },
    (_, bucket) => [(bucket + 0.5) * every, value(groups.get(bucket) ?? [])] as const,
  )
  return { name, colour, points }
}

function processPlot(result: ScenarioResult): string {
  const { notes, samples, title } = result
  const names = [...new Set(samples.map(({ process }) => process))].sort()
  const panel = (what: string, value: (sample: Sample) => number): Panel => ({
    title: what,
    series: names.map((name, index) => ({
      name,
      colour: index % 6,
      points: withGaps(samples.filter(({ process }) => process === name)).map(
        ([atMs, sample]) => [atMs / 1000, sample === undefined ? Number.NaN : value(sample)] as const,
      ),
    })),
  })
  return timePlot({
    title: `${title}: what the processes took`,
    subtitle: 'sampled every two seconds; a gap is a process that did not answer',
    seconds: endOf(result),
    marks: notes.map(({ atMs, what }) => ({ seconds: atMs / 1000, text: what })),
    panels: [
      panel('MiB resident', ({ residentBytes }) => residentBytes / 2 ** 20),
      panel('MiB heap', ({ heapBytes }) => heapBytes / 2 ** 20),
      panel('handles', ({ handles }) => handles),
      panel('open files', ({ openFiles }) => openFiles),
      panel('ms event-loop delay, p99', ({ eventLoopDelayMs }) => eventLoopDelayMs),
    ],
  })
}

/** Where a process was silent for longer than two samples, nothing joins them. */
function withGaps(samples: readonly Sample[]): [number, Sample | undefined][] {
  return samples.flatMap((sample, index): [number, Sample | undefined][] => {
    const before = samples[index - 1]
    const gap = before !== undefined && sample.atMs - before.atMs > 6_000
    return [...(gap ? [[before.atMs + 1, undefined] as [number, undefined]] : []), [sample.atMs, sample]]
  })
}
