import type { EventsResults, EventsTurn, Side } from './events-run.ts'
import { rounded, table } from './markdown.ts'
import type { Round } from './results.ts'
import { mean, median, standardError } from './statistics.ts'

/** The whole comparison as Markdown that also reads well on a terminal. */
export function eventsReport({ date, machine, options, turns }: EventsResults): string {
  const figures = Object.entries(turns).map(([kind, all]) => {
    const rounds = all.flatMap(({ off, offAgain, on }) => [...off, ...offAgain, ...on])
    const kept = all.reduce((sum, turn) => sum + turn.kept, 0)
    const requests = all.reduce((sum, turn) => sum + turn.requests, 0)
    return [
      kind,
      rounded(median(all.flatMap(({ off, offAgain }) => [...off, ...offAgain]).map(perSecond)), 0),
      ratio(all, 'on', speed),
      ratio(all, 'offAgain', speed),
      ratio(all, 'on', cpu),
      ratio(all, 'offAgain', cpu),
      `${rounded(kept)} of ${rounded(requests)}`,
      String(rounds.reduce((sum, { errors }) => sum + errors, 0)),
    ]
  })
  const head = [
    'installation',
    'requests/s, events off',
    'requests/s, events on',
    'requests/s, off again',
    'CPU a request, events on',
    'CPU a request, off again',
    'events kept',
    'errors',
  ]
  return `# Boot scripts with and without boot events

${date.slice(0, 10)}, seed ${options.seed}. ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGib} GiB, Linux ${machine.kernel}, Node ${machine.node}, wrk ${machine.wrk}. ${rounded(options.nodes)} nodes on SQLite, ${options.connections} kept connections; ${options.turns} turns, each with new processes, of ${options.rounds} rounds of ${options.secondsPerRound} s, interleaved. All but the first figure are multiples of what is without events: the mean of the turns, and how far it is off, usually (standard error). How to read this: [README](../README.md).

${table(head, figures)}
`
}

const perSecond = ({ requestsPerSecond }: Round) => requestsPerSecond
const speed = (rounds: readonly Round[]) => mean(rounds.map(perSecond))
const cpu = (rounds: readonly Round[]) => mean(rounds.map(({ cpuMicrosecondsPerRequest }) => cpuMicrosecondsPerRequest))

/** Of a side's figure in each turn to that without events: of what has them to the mean of both that have not. */
function ratio(turns: readonly EventsTurn[], side: Side, figure: (rounds: readonly Round[]) => number): string {
  const ratios = turns.map((turn) =>
    side === 'on' ? figure(turn.on) / figure([...turn.off, ...turn.offAgain]) : figure(turn[side]) / figure(turn.off),
  )
  return `${rounded(mean(ratios), 2)} ± ${rounded(standardError(ratios), 2)}`
}
