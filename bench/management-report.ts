import type { Timing } from './closed-loop.ts'
import type { ManagedKind, ManagementResults, SizeFigures } from './management-results.ts'
import { percent, rounded, table } from './markdown.ts'

/** The whole run as Markdown that also reads well on a terminal. `plotFile`: where the picture lies, if there is one. */
export function managementReport(results: ManagementResults, plotFile?: string): string {
  const { creation, crowd, filling, machine, options, othersShare, rest, sizes } = results
  const kinds = [...new Set(sizes.map(({ kind }) => kind))]
  return `${[
    '# What managing nodes costs',
    `${results.date.slice(0, 10)}, seed ${options.seed}. ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGib} GiB, Linux ${machine.kernel}, Node ${machine.node}. ` +
      `Programs that have nothing to do with this run did ${percent(othersShare)} of the processors' work meanwhile: compare ratios rather than times. How to read this: [README](../README.md).`,
    plotFile === undefined ? '' : `![growth with the fleet](${plotFile})`,
    `## ${options.clients} clients at once`,
    `Fleets of ${rounded(options.create)} nodes on SQLite and ${rounded(options.createOnPostgresql)} on PostgreSQL, created by them over REST with one port each. CPU: of bootring's processes, for one request; that of PostgreSQL is not in it.`,
    table(
      ['installation', 'operation', 'requests', 'a second', 'p50 ms', 'p99 ms', 'CPU ms'],
      crowd.map(({ kind, operation, timing }) => [kind, operation, rounded(timing.requests), ...timed(timing)]),
    ),
    creation
      .map(
        ({ factor, kind, nodes }) =>
          `- ${kind}: creating one of the last ${rounded(nodes / 10)} nodes takes ${rounded(factor, 2)} times as long as one of the first (medians).`,
      )
      .join('\n'),
    '## Growth with the fleet',
    `One client, one request after the other; ${options.rounds} rounds of ${options.secondsPerRound} s each, the sizes of one operation in turn. p50 / p99 / CPU in ms; behind them the median time as a multiple of that with the smallest fleet in the same round (median of the rounds, smallest to largest in brackets), and the same of CPU, which other programs disturb less.`,
    ...kinds.flatMap((kind) => [`### ${kind}`, growth(sizes.filter((one) => one.kind === kind))]),
    '## Filling a fleet past REST',
    table(
      ['installation', 'nodes', 'seconds'],
      filling.map(({ kind, nodes, seconds }) => [kind, rounded(nodes), rounded(seconds, 1)]),
    ),
    ...(rest.length === 0
      ? []
      : [
          '## At rest',
          `\`bootring serve\` for ${options.restSeconds} s while nobody asks for anything, with periodic passes as they are by default.`,
          table(
            ['nodes', 'part of a core', 'resident MiB'],
            rest.map(({ cpuShare, nodes, residentMib }) => [rounded(nodes), percent(cpuShare), rounded(residentMib)]),
          ),
        ]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

function growth(figures: readonly SizeFigures[]): string {
  const sizes = [...new Set(figures.map(({ nodes }) => nodes))]
  const operations = [...new Set(figures.map(({ operation }) => operation))]
  const smallest = Math.min(...sizes)
  const rows = operations.map((operation) => [
    operation,
    ...sizes.flatMap((size) => {
      const one = figures.find(({ nodes, operation: its }) => nodes === size && its === operation)
      if (one === undefined) return size === smallest ? [''] : ['', '', '']
      const { p50Milliseconds: p50, p99Milliseconds: p99 } = one.timing
      const { max, median, min } = one.growth
      const shown = `${rounded(p50, 1)} / ${rounded(p99, 1)} / ${rounded(one.timing.cpuMillisecondsPerRequest, 1)}`
      const times = `${rounded(median, 2)} (${rounded(min, 2)}–${rounded(max, 2)})`
      return size === smallest ? [shown] : [shown, times, rounded(one.cpuGrowth, 2)]
    }),
  ])
  const head = sizes.flatMap((size) => [`${rounded(size)} nodes`, ...(size === smallest ? [] : ['time ×', 'CPU ×'])])
  return table(['operation', ...head], rows)
}

/** Operations of the growth table with the largest growth from the smallest fleet to the largest first. */
export function byGrowth(sizes: readonly SizeFigures[], kind: ManagedKind): SizeFigures[] {
  const own = sizes.filter((one) => one.kind === kind)
  const largest = Math.max(...own.map(({ nodes }) => nodes))
  return own.filter(({ nodes }) => nodes === largest).sort((a, b) => b.growth.median - a.growth.median)
}

const timed = ({ cpuMillisecondsPerRequest: cpu, p50Milliseconds, p99Milliseconds, perSecond }: Timing): string[] => [
  rounded(perSecond),
  rounded(p50Milliseconds, 1),
  rounded(p99Milliseconds, 1),
  Number.isNaN(cpu) ? '' : rounded(cpu, 1),
]
