import { percent, rounded, table } from './markdown.ts'
import { labelOf, type Results } from './results.ts'
import type { Spread } from './statistics.ts'
import { verdicts } from './targets.ts'

const functionsShown = 12
const partsShown = 10

/** The whole run as Markdown that also reads well on a terminal. `plotFile`: where the picture lies, if there is one. */
export function report(results: Results, plotFile?: string): string {
  const { machine, options } = results
  return `${[
    '# What a boot script costs',
    `${results.date.slice(0, 10)}, seed ${options.seed}. ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGib} GiB, Linux ${machine.kernel}, Node ${machine.node}, nginx ${machine.nginx}, wrk ${machine.wrk}. ` +
      `${options.rounds} rounds of ${options.secondsPerRound} s each, interleaved, ${options.connections} kept connections, one thread of load; medians, smallest to largest in brackets. How to read this: [README](../README.md).`,
    plotFile === undefined ? '' : `![requests per second](${plotFile})`,
    '## Requests',
    requests(results),
    '## Targets',
    table(
      ['target', 'wanted', 'measured', 'verdict'],
      verdicts(results).map(({ distance, measured, wanted, what }) => [what, wanted, measured, distance]),
      false,
    ),
    '## Memory after the load, MiB',
    table(
      ['process', 'resident', 'of it its own', 'peak'],
      results.memory.map(({ memory, process }) => [
        process,
        rounded(memory.resident),
        rounded(memory.own),
        rounded(memory.peak),
      ]),
    ),
    '## Start',
    table(
      ['start of bootring serve to first script', 'seconds'],
      results.starts.map(({ seconds, what }) => [what, withRange(seconds, 2)]),
    ),
    table(
      ['start to all boot files on disk', 'seconds'],
      results.bootFiles.map(({ seconds, service }) => [
        service,
        seconds === undefined ? 'not in time' : rounded(seconds, 1),
      ]),
    ),
    '## Can refusals be told apart?',
    refusals(results),
    '## Where the time goes',
    ...profiles(results),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

function requests({ candidates, growth }: Results): string {
  const rows = candidates.map((candidate) => [
    labelOf(candidate),
    withRange(candidate.requestsPerSecond),
    withRange(candidate.ratio, 2),
    withRange(candidate.cpuMicrosecondsPerRequest),
    withRange(candidate.p50Microseconds),
    withRange(candidate.p99Microseconds),
    String(candidate.errors),
  ])
  const lines = growth.map(
    ({ factor, kind }) =>
      `- ${kind}: a request costs ${withRange(factor, 2)} times as much with the large fleet as with the small one.`,
  )
  return `${table(['candidate', 'requests/s', "part of nginx's", 'CPU µs', 'p50 µs', 'p99 µs', 'errors'], rows)}\n\n${lines.join('\n')}`
}

function refusals({ refusals: times }: Results): string {
  const rows = [
    ['unknown MAC', times.unknown],
    ['node in the wrong state', times.wrongState],
  ] as const
  const { kolmogorovSmirnov: ks, mannWhitney: u } = times
  return `${times.requestsEach} requests each, interleaved, over one kept connection.

${table(
  ['refused for', 'median µs', 'mean µs'],
  rows.map(([what, { mean, median }]) => [what, rounded(median, 1), rounded(mean, 1)]),
)}

- Mann-Whitney: p = ${u.p.toFixed(3)}; Kolmogorov-Smirnov: D = ${ks.statistic.toFixed(3)}, p = ${ks.p.toFixed(3)}. ${
    Math.min(u.p, ks.p) < 0.01
      ? 'These samples differ by more than chance explains well.'
      : 'These samples can not be told apart.'
  }`
}

function profiles({ profile }: Results): string[] {
  return profile.flatMap(({ functions, idle, parts, process }) => [
    `### ${process} (${percent(idle)} idle)`,
    table(
      ['part', 'self time'],
      parts.slice(0, partsShown).map(({ name, share }) => [name, percent(share)]),
    ),
    table(
      ['function', 'self time'],
      functions.slice(0, functionsShown).map(({ name, share }) => [name, percent(share)]),
    ),
  ])
}

function withRange({ max, median, min }: Spread, digits = 0): string {
  return `${rounded(median, digits)} (${rounded(min, digits)}–${rounded(max, digits)})`
}
