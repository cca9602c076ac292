import { statementsOf } from './attached-meter.ts'
import { phaseNames } from './attached-report.ts'
import { type AttachedResults, type Phase, type PhaseKind, phasesOf } from './attached-results.ts'
import { rounded } from './markdown.ts'
import { median, spread } from './statistics.ts'

const width = 860
const left = 190
const panelWidth = 150
const panelGap = 75
const rowHeight = 44
const barHeight = 22
const top = 88

/** The phases that can be compared; as fast as it goes would dwarf them. */
const shown: readonly PhaseKind[] = ['ironic', 'beside', 'boots']

interface Bar {
  /** Stacked, from the left; classes of the style. */
  parts: { by: 'ironic' | 'bootring'; value: number }[]
  whisker?: { min: number; max: number }
  label: string
}

interface Panel {
  title: string
  bars: Bar[]
}

/**
 * The phases under load side by side: statements a second by user, CPU of the database, median answer of Ironic's API.
 * Whiskers from the smallest to the largest round. An SVG of its own that follows the reader's light or dark theme.
 */
export function attachedPlot({
  machine,
  options,
  phases,
}: Pick<AttachedResults, 'machine' | 'options' | 'phases'>): string {
  const kinds = shown.filter((kind) => phasesOf(phases, kind).length > 0)
  const panels = panelsOf(kinds.map((kind) => phasesOf(phases, kind)))
  const bottom = top + kinds.length * rowHeight
  const height = bottom + 48
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Ironic's database without bootring, with it, and with boots">
<style>
  svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --ironic: #8c959f; --bootring: #0969da; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --grid: #30363d; --ironic: #7d8590; --bootring: #4493f8; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--ink); }
  .title { font-size: 17px; font-weight: 600; }
  .faint { fill: var(--faint); font-size: 12px; }
  .grid { stroke: var(--grid); }
  .whisker { stroke: var(--ink); stroke-width: 1.5; }
  .ironic { fill: var(--ironic); } .bootring { fill: var(--bootring); }
</style>
<rect width="${width}" height="${height}" fill="var(--paper)"/>
<text class="title" x="16" y="28">Ironic's database without bootring, with it, and with ${options.bootsPerSecond} boots a second</text>
<text class="faint" x="16" y="48">${escaped(`${machine.cores} cores of ${machine.cpu}; medians of ${options.rounds} interleaved rounds, whiskers from the smallest to the largest`)}</text>
${kinds.map((kind, row) => `<text x="${left - 10}" y="${middleOf(row) + 4}" text-anchor="end">${escaped(phaseNames[kind])}</text>`).join('\n')}
${panels.map((panel, index) => drawn(panel, left + index * (panelWidth + panelGap), bottom)).join('\n')}
<rect class="ironic" x="16" y="${bottom + 22}" width="14" height="14" rx="2"/><text class="faint" x="36" y="${bottom + 33}">Ironic, or all together</text>
<rect class="bootring" x="190" y="${bottom + 22}" width="14" height="14" rx="2"/><text class="faint" x="210" y="${bottom + 33}">bootring</text>
</svg>
`
}

function panelsOf(rows: Phase[][]): Panel[] {
  const statements = (phase: Phase, user: 'ironic' | 'bootring') => statementsOf(phase.users[user]) / phase.seconds
  const one = (digits: number, of: (phase: Phase) => number) => (phases: Phase[]) => {
    const all = spread(phases.map(of))
    return { parts: [{ by: 'ironic' as const, value: all.median }], whisker: all, label: rounded(all.median, digits) }
  }
  return [
    {
      title: 'statements a second',
      bars: rows.map((phases) => {
        const [ironic, bootring] = (['ironic', 'bootring'] as const).map((user) =>
          median(phases.map((phase) => statements(phase, user))),
        ) as [number, number]
        const parts = [
          { by: 'ironic' as const, value: ironic },
          { by: 'bootring' as const, value: bootring },
        ]
        return { parts, label: rounded(ironic + bootring) }
      }),
    },
    {
      title: 'MariaDB, % of a core',
      bars: rows.map(one(1, (phase) => (phase.cpuSeconds.database / phase.seconds) * 100)),
    },
    { title: "Ironic's API, p50 in ms", bars: rows.map(one(1, (phase) => phase.latencies.all?.p50Milliseconds ?? 0)) },
  ]
}

function drawn({ bars, title }: Panel, x: number, bottom: number): string {
  const ends = bars.map(({ parts, whisker }) =>
    Math.max(
      whisker?.max ?? 0,
      parts.reduce((sum, { value }) => sum + value, 0),
    ),
  )
  const largest = Math.max(Number.MIN_VALUE, ...ends)
  const scaled = (value: number) => (value / largest) * panelWidth
  const marks = [
    `<text class="faint" x="${x}" y="${top - 12}">${escaped(title)}</text>`,
    `<line class="grid" x1="${x}" y1="${top}" x2="${x}" y2="${bottom}"/>`,
  ]
  for (const [row, { label, parts, whisker }] of bars.entries()) {
    const middle = middleOf(row)
    let from = 0
    for (const { by, value } of parts) {
      const at = (x + scaled(from)).toFixed(1)
      marks.push(
        `<rect class="${by}" x="${at}" y="${middle - barHeight / 2}" width="${scaled(value).toFixed(1)}" height="${barHeight}"/>`,
      )
      from += value
    }
    if (whisker !== undefined) {
      const [min, max] = [x + scaled(whisker.min), x + scaled(whisker.max)].map((at) => at.toFixed(1))
      marks.push(
        `<path class="whisker" fill="none" d="M${min} ${middle}H${max}M${min} ${middle - 5}v10M${max} ${middle - 5}v10"/>`,
      )
    }
    marks.push(`<text x="${(x + scaled(ends[row] ?? 0) + 6).toFixed(1)}" y="${middle + 4}">${label}</text>`)
  }
  return marks.join('\n')
}

const middleOf = (row: number) => top + row * rowHeight + rowHeight / 2

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
