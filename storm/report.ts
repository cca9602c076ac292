import { rounded, table } from '../bench/markdown.ts'
import { plotName } from './plots.ts'
import { hasPassed, type PhaseFigures, phaseNames, type Quantiles, type ScenarioResult } from './result.ts'
import type { StormFacts } from './storm-facts.ts'

/** What was hoped for of the time to the script, without the machines' own pauses, while things fail. */
const scriptTargetMs = 1000

/** A storm as a page. `prefix`: of the plots' files. */
export function report({ machine, options }: StormFacts, prefix: string, results: readonly ScenarioResult[]): string {
  const lost = results.reduce((sum, { figures }) => sum + figures.all.lost, 0)
  const begun = results.reduce((sum, { figures }) => sum + figures.all.begun, 0)
  const failed = results.filter((result) => !hasPassed(result)).map(({ name }) => name)
  const command = `node storm/run.ts ${[
    ...(options.scenarios.length < 3 ? options.scenarios.map((name) => `--scenario ${name}`) : []),
    `--machines ${options.machines} --seconds ${options.seconds} --conductors ${options.conductors} --real ${options.realMachines}`,
    `--database ${options.database} --seed ${options.seed}`,
  ].join(' ')}`
  return `${[
    '# Boot storm',
    `**${lost} of ${rounded(begun)} boots lost.** ${failed.length === 0 ? 'All scenarios passed.' : `Failed: ${failed.join(', ')}.`}`,
    `By \`${command}\`, on ${machine.cores} cores of ${machine.cpu}, which the simulated machines, the database and QEMU shared; Linux ${machine.kernel}, Node ${machine.node}, QEMU ${machine.qemu}. ` +
      'Times tell of that machine as much as of bootring; counts do not. [How it is measured](../README.md), [what is promised](../../docs/availability.md).',
    overview(results),
    ...results.map((result) => section(prefix, result)),
  ].join('\n\n')}\n`
}

function overview(results: readonly ScenarioResult[]): string {
  return table(
    ['scenario', 'begun', 'done', 'retried', 'lost', 'real', 'script p50 ms', 'p99 during', 'max'],
    results.map(({ figures, name, realBoots }) => {
      const back = realBoots.filter(({ seconds }) => seconds !== undefined).length
      const { during } = figures.phases
      return [
        `[${name}](#${name})`,
        rounded(figures.all.begun),
        rounded(figures.all.done),
        rounded(figures.all.retried),
        rounded(figures.all.lost),
        `${back} of ${realBoots.length}`,
        ms(figures.all.script.p50),
        ms(during.begun > 0 ? during.script.p99 : figures.all.script.p99),
        ms(figures.all.script.max),
      ]
    }),
  )
}

function section(prefix: string, result: ScenarioResult): string {
  const { checks, conductors, database, description, figures, name, notes, powerOnSeconds, realBoots, title } = result
  const { during } = figures.phases
  const parts = [
    `## ${name}`,
    `**${title}.** ${description} ${conductors} conductors, ${database}; machines switched on over ${powerOnSeconds} s.`,
    `![${title}](${plotName(prefix, name)})`,
    ...(name === 'soak' ? [`![${title}: processes](${plotName(prefix, 'processes')})`] : []),
    phases(figures.phases),
  ]
  if (during.begun > 0) {
    const met = during.script.p99 < scriptTargetMs
    parts.push(
      `Time to the script during the fault, without the machines' own pauses: p99 ${ms(during.script.p99)} ms (hoped for: below ${scriptTargetMs} ms; ${met ? 'met' : 'missed'}).`,
    )
  }
  if (checks.length > 0)
    parts.push(
      checks.map(({ figure, ok, what }) => `- ${what}: ${figure}${ok ? '' : ' **(not as it must be)**'}`).join('\n'),
    )
  if (result.flatness.length > 0) parts.push(flatnessTable(result))
  if (Object.keys(figures.reasons).length > 0)
    parts.push(
      `Lost: ${Object.entries(figures.reasons)
        .map(([reason, count]) => `${count}: ${reason}`)
        .join('; ')}.`,
    )
  if (realBoots.length > 0) {
    const words = realBoots.map(({ firmware, seconds }) =>
      seconds === undefined ? `${firmware} **never**` : `${firmware} ${seconds.toFixed(1)} s`,
    )
    parts.push(`Machines in QEMU, from power-on to their Linux's report: ${words.join(', ')}.`)
  }
  if (notes.length > 12) parts.push(`${notes.length} things were done; the plot names them.`)
  return parts.join('\n\n')
}

function flatnessTable({ flatness }: ScenarioResult): string {
  const rows = flatness.map(({ early, flat, late, process, ratio, what }) => [
    `${process}: ${what}`,
    rounded(early, 1),
    rounded(late, 1),
    `${rounded(ratio, 2)}${flat ? '' : ' **(not flat)**'}`,
  ])
  const words = 'What the processes took that were never restarted, medians:'
  return `${words}\n\n${table(['', 'second quarter', 'last quarter', 'ratio'], rows)}`
}

function phases(figures: Record<(typeof phaseNames)[number], PhaseFigures>): string {
  const of = ({ max, p50, p99 }: Quantiles) => `${ms(p50)} / ${ms(p99)} / ${ms(max)}`
  return table(
    ['', 'begun', 'done', 'retried', 'lost', 'ms to script (p50 / p99 / max)', 'with pauses', 'ms to boot'],
    phaseNames
      .filter((name) => figures[name].begun > 0)
      .map((name) => {
        const { begun, boot, done, lost, retried, script, scriptWithPauses } = figures[name]
        return [
          name,
          ...[begun, done, retried, lost].map((count) => rounded(count)),
          of(script),
          of(scriptWithPauses),
          of(boot),
        ]
      }),
  )
}

function ms(value: number): string {
  if (!Number.isFinite(value)) return '-'
  return value < 10 ? rounded(value, 1) : rounded(value)
}
