import { type DatabaseUser, databaseUsers } from './attached-database.ts'
import { ironicLoad, nodesPerPage } from './attached-installation.ts'
import { statementsOf } from './attached-meter.ts'
import {
  type AttachedResults,
  type Figures,
  figuresOfAttached,
  type Phase,
  type PhaseKind,
  phaseKinds,
  phasesOf,
  type Ratio,
  type RequestCost,
} from './attached-results.ts'
import { percent, rounded, table } from './markdown.ts'
import { median, type Spread } from './statistics.ts'

export const phaseNames: Record<PhaseKind, string> = {
  rest: 'at rest, bootring attached',
  copies: 'at rest, with replicate',
  ironic: 'load, without bootring',
  beside: 'load, bootring attached',
  boots: 'load and boots',
  fast: 'load, boots as fast as it goes',
}

/** What each of Ironic's requests is. */
const requestNames: Record<string, string> = {
  node: 'Ironic: GET of a node',
  lookup: 'Ironic: look-up by an agent',
  heartbeat: 'Ironic: heartbeat of an agent',
  page: `Ironic: page of ${nodesPerPage} nodes`,
}

/** The whole run as Markdown that also reads well on a terminal. `plotFile`: where the picture lies, if there is one. */
export function attachedReport(results: AttachedResults, plotFile?: string): string {
  const figures = figuresOfAttached(results)
  const { machine, mariadb, options } = results
  const release = options.release === 'debian' ? "Debian's Ironic" : 'The newest Ironic'
  const drive = options.configDriveKib > 0 ? `, each with a config drive of ${options.configDriveKib} KiB` : ''
  return `${[
    "# What bootring adds to the load of Ironic's database",
    `${results.date.slice(0, 10)}, seed ${options.seed}. ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGib} GiB, Linux ${machine.kernel}, Node ${machine.node}, MariaDB ${mariadb}. ` +
      `${release}, one API and three conductors, ${options.nodes} nodes, ${options.waiting} of them in \`clean wait\`${drive}; bootring as two APIs and three conductors. ` +
      `${options.rounds === 1 ? 'One round' : `${options.rounds} rounds`} of three phases of ${options.secondsPerPhase} s, interleaved; medians, smallest to largest in brackets. How to read this: [README](../README.md#what-bootring-adds-to-ironics-database).`,
    plotFile === undefined ? '' : `![the phases under load](${plotFile})`,
    '## In short',
    inShort(results, figures),
    '## Phases',
    phaseTable(results, figures),
    `Ironic's load is ${Object.entries(ironicLoad)
      .map(([name, perSecond]) => `${perSecond} ${name}`)
      .join(', ')} requests a second. Rows are those that the server read for all users together.`,
    '## What one request asks of the database',
    costTable(results, figures),
    "## Ironic's API",
    latencyTable(figures),
    '## What disturbed the run',
    disturbances(results, figures),
    '## Again',
    options.release === 'debian'
      ? '    make bench-attached'
      : `    node bench/attached.ts --release ${options.release}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

function inShort({ machine, options, processes }: AttachedResults, figures: Figures): string {
  const { boot, copies, cpuOfThousandBoots: cpu, ironicUnderLoad, rest, sessions } = figures
  const held = (kind: PhaseKind) => sessions[kind]?.bootring ?? 0
  const lines = [
    `A boot takes ${rounded(boot.boots?.statements ?? 0, 2)} statements: the API's for the node of the MAC, and the conductor's for the node. ${boot.boots?.writes === 0 ? 'Nothing is written.' : `And it writes, which it must not: ${rounded(boot.boots?.writes ?? 0, 2)} times.`}`,
    `It reads ${rounded(boot.boots?.rowsRead ?? 0, 1)} rows at ${options.bootsPerSecond} boots a second and ${rounded(boot.fast?.rowsRead ?? 0, 1)} as fast as it goes: the port and the node, and a part of the conductors, which each process reads once in \`hash_ring_reset_interval\`, however many boot.`,
    `1,000 boots cost ${rounded(cpu.counted, 2)} s of the database's CPU time as it counts for bootring's user. Its process used ${withRange(cpu.more, 2)} s more than without boots.`,
    `While no machine boots, bootring's ${processes} processes together make ${rounded(rest.bootring, 2)} statements a second, ${rounded(rest.bootring / processes, 2)} each: \`/readyz\`, asked every 5 s, and after it the conductors, once in \`hash_ring_reset_interval\`. bootring asks nothing by itself. Ironic, with nobody asking either, makes ${rounded(rest.ironic, 1)}, and ${rounded(ironicUnderLoad)} under the load below: bootring adds ${percent(rest.bootring / rest.ironic)} to the one and ${percent(rest.bootring / ironicUnderLoad)} to the other.`,
    copies === undefined ? '' : `With \`[bootring]replicate\` it is ${rounded(copies, 2)} statements a second.`,
    `bootring holds ${held('rest')} sessions when it has just started, ${held('boots')} while and after ${options.bootsPerSecond} boots a second are served, and ${held('fast')} after as many as it can serve; Ironic ${sessions.boots?.ironic ?? 0}. A process never has more than \`[database]max_pool_size\`, 5.`,
    `The database takes ${judged(figures.ironicStatement.beside)} for one of Ironic's statements with bootring attached, and ${judged(figures.ironicStatement.boots)} with ${options.bootsPerSecond} boots a second.`,
    `Ironic's API takes ${judged(figures.latency.beside.p50)} for its median answer with bootring attached, and ${judged(figures.latency.boots.p50)} with ${options.bootsPerSecond} boots a second. Here everything shares ${machine.cores} cores, the machines that boot included; what waits for the database shows in the line before. What the ratios for an attached bootring without boots differ from 1 is noise: it makes ${rounded(rest.bootring, 1)} statements a second.`,
  ]
  return lines
    .filter((line) => line !== '')
    .map((line) => `- ${line}`)
    .join('\n')
}

/** Six rounds that agree are more than chance explains well; five of six are not. */
function judged(ratio: Ratio): string {
  const told = ratio.above * 2 >= ratio.rounds ? `longer in ${ratio.above}` : `shorter in ${ratio.rounds - ratio.above}`
  return `${withRange(ratio, 2)} times as long (${told} of ${ratio.rounds} rounds)`
}

function phaseTable({ options, phases, pooled }: AttachedResults, { sessions }: Figures): string {
  const rows = phaseKinds.flatMap((kind) => {
    const some = phasesOf(phases, kind)
    if (some.length === 0) return []
    const middle = (of: (phase: Phase) => number) => median(some.map(of))
    const rate = (user: DatabaseUser) => middle(({ seconds, users }) => statementsOf(users[user]) / seconds)
    const boots = middle((phase) => (phase.boots?.requests ?? 0) / phase.seconds)
    const latency = pooled[kind]
    const errors = some.reduce(
      (sum, { boots, latencies }) => sum + (latencies.all?.errors ?? 0) + (boots?.errors ?? 0),
      0,
    )
    return [
      [
        phaseNames[kind],
        boots === 0 ? '' : rounded(kind === 'boots' ? options.bootsPerSecond : boots),
        ...databaseUsers.map((user) => rounded(rate(user), 1)),
        rounded(middle(({ seconds, server }) => server.Rows_read / seconds)),
        rounded(
          middle(({ cpuSeconds, seconds }) => (cpuSeconds.database / seconds) * 100),
          1,
        ),
        String(sessions[kind]?.bootring ?? 0),
        latency === undefined ? '' : rounded(latency.p50Milliseconds, 1),
        latency === undefined ? '' : rounded(latency.p99Milliseconds, 1),
        String(errors),
      ],
    ]
  })
  return table(
    [
      'phase',
      'boots/s',
      "Ironic's statements/s",
      "bootring's",
      'rows/s',
      'MariaDB, % of a core',
      "bootring's sessions",
      'Ironic API p50 ms',
      'p99 ms',
      'errors',
    ],
    rows,
  )
}

function costTable({ costs, options }: AttachedResults, { boot, bootringMicroseconds: own }: Figures): string {
  const row = (name: string, cost: RequestCost | undefined) =>
    cost === undefined
      ? []
      : [
          [
            name,
            rounded(cost.statements, 1),
            rounded(cost.writes, 1),
            rounded(cost.rowsRead, 1),
            rounded(cost.kibSent, 1),
            rounded(cost.microseconds),
            String(cost.requests),
          ],
        ]
  const rows = [
    ...row(`bootring: boot, ${options.bootsPerSecond} a second`, boot.boots),
    ...row('bootring: boot, as fast as it goes', boot.fast),
    ...costs.flatMap((cost) => row(requestNames[cost.name] ?? cost.name, cost)),
  ]
  const lookup = costs.find(({ name }) => name === 'lookup')
  const compared =
    lookup === undefined || boot.boots === undefined
      ? ''
      : `An agent's look-up is the request of Ironic's that is most like a boot: database, ring, call to the conductor. It asks ${rounded(lookup.statements / boot.boots.statements, 1)} times as many statements, and ${rounded(lookup.microseconds / boot.boots.microseconds, 1)} times the CPU time of the database (${rounded(lookup.microseconds / (boot.fast?.microseconds ?? boot.boots.microseconds), 1)} times that of a boot among many). `
  return `${table(['request', 'statements', 'writes', 'rows read', 'KiB sent', 'CPU µs', 'requests'], rows)}

${compared}bootring's own processes used ${rounded(own.api + own.conductor)} µs of CPU time for a boot at the steady rate, ${rounded(own.api)} of them in the API.`
}

function latencyTable({ cpuPart, ironicStatement, latency }: Figures): string {
  const row = (name: string, kind: 'beside' | 'boots') => [
    name,
    withRange(latency[kind].p50, 2),
    withRange(latency[kind].p99, 2),
    withRange(ironicStatement[kind], 2),
    shares(cpuPart[kind], 1),
  ]
  return `As multiples of those without bootring in the same round; and bootring's part in the CPU time that the database used for statements:

${table(
  ['phase', 'Ironic API p50', 'p99', "database's time for Ironic's statement", "bootring's part of the CPU time"],
  [row(phaseNames.beside, 'beside'), row(phaseNames.boots, 'boots')],
)}`
}

function disturbances({ options, stillWaiting }: AttachedResults, figures: Figures): string {
  const { busyShare, ironicP50Milliseconds: p50, ironicStatements: own, othersShare } = figures
  const lines = [
    `Programs that have nothing to do with this run did ${shares(othersShare)} of the processors' work in the phases under load; the processors were busy for ${shares(busyShare)} of the time.`,
    `In the phases without bootring alone, the median answer of Ironic's API took ${withRange(p50, 1)} ms. ${
      options.rounds === 1
        ? 'One round tells nothing of the noise.'
        : `The slowest was ${rounded(p50.max / p50.min, 1)} times the quickest, of which bootring has no part: a ratio nearer to 1 than that proves nothing.`
    }`,
    `Ironic itself made ${withRange(own.ironic)} statements a second in the phases without bootring, ${withRange(own.beside)} with it attached and ${withRange(own.boots)} with boots: its power sync comes once a minute, and makes the phase heavier into which it falls.`,
    "Other programs stretch answers, and the CPU time of whatever runs beside them. They don't change the numbers of statements and rows.",
    `${stillWaiting} of the ${options.waiting} waiting nodes were still in \`clean wait\` at the end.`,
  ]
  return lines.map((line) => `- ${line}`).join('\n')
}

function shares({ max, median: middle, min }: Spread, digits = 0): string {
  const [at, from, to] = [middle, min, max].map((share) => (share * 100).toFixed(digits))
  return `${at} % (${from}–${to} %)`
}

function withRange({ max, median: middle, min }: Spread, digits = 0): string {
  return `${rounded(middle, digits)} (${rounded(min, digits)}–${rounded(max, digits)})`
}
