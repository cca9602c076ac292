import type { EventsResults } from './events-run.ts'
import { rounded, table } from './markdown.ts'
import { type Spread, spread } from './statistics.ts'

/** The whole comparison as Markdown that also reads well on a terminal. */
export function eventsReport({ comparisons, date, machine, options }: EventsResults): string {
  const rows = comparisons.map((one) => [
    one.kind,
    shown(spread(one.other.map(({ requestsPerSecond }) => requestsPerSecond))),
    shown(spread(one.own.map(({ requestsPerSecond }) => requestsPerSecond))),
    shown(one.requestsPerSecond, 2),
    shown(one.cpuPerRequest, 2),
    shown(one.p99, 2),
    rounded(one.kept),
    String([...one.other, ...one.own].reduce((sum, { errors }) => sum + errors, 0)),
  ])
  const head = [
    'installation',
    'requests/s, events off',
    'requests/s, events on',
    'requests/s',
    'CPU a request',
    'p99',
    'events kept',
    'errors',
  ]
  return `# Boot scripts with and without boot events

${date.slice(0, 10)}, seed ${options.seed}. ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGib} GiB, Linux ${machine.kernel}, Node ${machine.node}, wrk ${machine.wrk}. ${rounded(options.nodes)} nodes on SQLite, ${options.rounds} rounds of ${options.secondsPerRound} s each, interleaved, ${options.connections} kept connections; medians, smallest to largest in brackets. Requests/s, CPU a request and p99 are those with events as a multiple of those without, in the same round. How to read this: [README](../README.md).

${table(head, rows)}
`
}

function shown({ max, median, min }: Spread, digits = 0): string {
  return `${rounded(median, digits)} (${rounded(min, digits)}–${rounded(max, digits)})`
}
