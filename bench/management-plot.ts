import { byGrowth } from './management-report.ts'
import type { ManagedKind, ManagementResults, SizeFigures } from './management-results.ts'
import { rounded } from './markdown.ts'

const width = 860
const left = 290
const right = 190
const rowHeight = 26
const barHeight = 14
const top = 64
const titleHeight = 34

/**
 * How many times as long each operation takes with the largest fleet as with the smallest, as bars with whiskers from the
 * smallest round to the largest; the line is what would not grow. An SVG of its own that follows the reader's theme.
 */
export function managementPlot({
  machine,
  options,
  sizes,
}: Pick<ManagementResults, 'machine' | 'options' | 'sizes'>): string {
  const kinds = [...new Set(sizes.map(({ kind }) => kind))]
  const groups = kinds.map((kind) => ({ kind, bars: byGrowth(sizes, kind) }))
  const largest = Math.max(2, ...groups.flatMap(({ bars }) => bars.map(({ growth }) => growth.max)))
  const x = (value: number) => Math.round((left + (value / largest) * (width - left - right)) * 10) / 10
  const height = top + groups.reduce((sum, { bars }) => sum + titleHeight + bars.length * rowHeight, 0) + 24
  const [smallestFleet, largestFleet] = [options.nodes[0] ?? 0, options.nodes.at(-1) ?? 0].map((size) => rounded(size))
  const parts: string[] = []
  let y = top
  for (const { bars, kind } of groups) {
    parts.push(group(kind, bars, y, x))
    y += titleHeight + bars.length * rowHeight
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Growth of the time that operations take with the size of the fleet">
<style>
  svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --bar: #0969da; --one: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --bar: #4493f8; --one: #f0883e; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--ink); }
  .title { font-size: 17px; font-weight: 600; }
  .kind { font-weight: 600; }
  .faint { fill: var(--faint); font-size: 12px; }
  .whisker { stroke: var(--ink); stroke-width: 1.5; }
  .one { stroke: var(--one); stroke-width: 2; stroke-dasharray: 4 3; }
  .bar { fill: var(--bar); }
</style>
<rect width="${width}" height="${height}" fill="var(--paper)"/>
<text class="title" x="16" y="28">Time with ${largestFleet} nodes, as a multiple of that with ${smallestFleet}</text>
<text class="faint" x="16" y="48">${escaped(`${machine.cores} cores of ${machine.cpu}; median of ${options.rounds} interleaved rounds, whiskers from the smallest to the largest; the line: no growth`)}</text>
${parts.join('\n')}
</svg>
`
}

function group(kind: ManagedKind, bars: readonly SizeFigures[], y: number, x: (value: number) => number): string {
  const first = y + titleHeight
  const bottom = first + bars.length * rowHeight
  return [
    `<text class="kind" x="16" y="${y + 22}">${escaped(kind)}</text>`,
    ...bars.map((bar, index) => row(bar, first + index * rowHeight, x)),
    `<line class="one" x1="${x(1)}" y1="${first}" x2="${x(1)}" y2="${bottom}"/>`,
  ].join('\n')
}

function row({ growth, operation, timing }: SizeFigures, y: number, x: (value: number) => number): string {
  const { max, median, min } = growth
  const middle = y + rowHeight / 2
  return [
    `<text x="${left - 10}" y="${middle + 4}" text-anchor="end">${escaped(operation)}</text>`,
    `<rect class="bar" x="${x(0)}" y="${middle - barHeight / 2}" width="${(x(median) - x(0)).toFixed(1)}" height="${barHeight}" rx="2"/>`,
    `<path class="whisker" fill="none" d="M${x(min)} ${middle}H${x(max)}M${x(min)} ${middle - 4}v8M${x(max)} ${middle - 4}v8"/>`,
    `<text x="${width - right + 16}" y="${middle + 4}">${rounded(median, 2)} times · ${rounded(timing.p50Milliseconds, 1)} ms</text>`,
  ].join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
