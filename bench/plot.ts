import { rounded } from './markdown.ts'
import { type CandidateFigures, labelOf, type Results } from './results.ts'
import { ratioTargets } from './targets.ts'

const width = 860
const left = 210
const right = 190
const rowHeight = 44
const barHeight = 22
const top = 64

/**
 * Requests per second as bars, with whiskers from the worst round to the best, the ratio to nginx beside each and its
 * target as a dashed line. An SVG of its own that follows the reader's light or dark theme.
 */
export function plot({ candidates, machine, options }: Pick<Results, 'candidates' | 'machine' | 'options'>): string {
  const largest = Math.max(1, ...candidates.map(({ requestsPerSecond }) => requestsPerSecond.max))
  const step = niceStep(largest)
  const end = Math.ceil(largest / step) * step
  const x = (value: number) => Math.round((left + (value / end) * (width - left - right)) * 10) / 10
  const bottom = top + candidates.length * rowHeight
  const height = bottom + 64
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step)
  const nginx = candidates.find(({ kind }) => kind === 'nginx')?.requestsPerSecond.median
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Boot scripts per second">
<style>
  svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --nginx: #8c959f; --serve: #0969da; --api: #8250df; --target: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --grid: #30363d; --nginx: #7d8590; --serve: #4493f8; --api: #ab7df8; --target: #f0883e; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--ink); }
  .title { font-size: 17px; font-weight: 600; }
  .faint { fill: var(--faint); font-size: 12px; }
  .grid { stroke: var(--grid); }
  .whisker { stroke: var(--ink); stroke-width: 1.5; }
  .target { stroke: var(--target); stroke-width: 2; stroke-dasharray: 4 3; }
  .nginx { fill: var(--nginx); } .serve { fill: var(--serve); } .api { fill: var(--api); }
</style>
<rect width="${width}" height="${height}" fill="var(--paper)"/>
<text class="title" x="16" y="28">Boot scripts per second</text>
<text class="faint" x="16" y="48">${escaped(`${machine.cores} cores of ${machine.cpu}; median of ${options.rounds} interleaved rounds, whiskers from the worst to the best`)}</text>
${ticks
  .map(
    (tick) =>
      `<line class="grid" x1="${x(tick)}" y1="${top}" x2="${x(tick)}" y2="${bottom}"/><text class="faint" x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${rounded(tick)}</text>`,
  )
  .join('\n')}
${candidates.map((candidate, index) => row(candidate, top + index * rowHeight, x, nginx)).join('\n')}
<line class="target" x1="16" y1="${bottom + 42}" x2="44" y2="${bottom + 42}"/><text class="faint" x="52" y="${bottom + 46}">target: ${ratioTargets.serve} of nginx for serve, ${ratioTargets.api} for an API with a conductor in another process</text>
</svg>
`
}

function row(candidate: CandidateFigures, y: number, x: (value: number) => number, nginx: number | undefined): string {
  const { kind, ratio, requestsPerSecond } = candidate
  const { max, median, min } = requestsPerSecond
  const barTop = y + (rowHeight - barHeight) / 2
  const middle = barTop + barHeight / 2
  const target = kind === 'serve' || kind === 'api' ? ratioTargets[kind] : undefined
  const marks = [
    `<text x="${left - 10}" y="${middle + 4}" text-anchor="end">${escaped(labelOf(candidate))}</text>`,
    `<rect class="${kind.split(' ')[0]}" x="${x(0)}" y="${barTop}" width="${Math.max(0, x(median) - x(0)).toFixed(1)}" height="${barHeight}" rx="2"/>`,
    `<path class="whisker" fill="none" d="M${x(min)} ${middle}H${x(max)}M${x(min)} ${middle - 5}v10M${x(max)} ${middle - 5}v10"/>`,
    `<text x="${width - right + 16}" y="${middle + 4}">${rounded(median)}${kind === 'nginx' ? '' : ` · ${rounded(ratio.median, 2)} of nginx`}</text>`,
  ]
  if (target !== undefined && nginx !== undefined) {
    const at = x(target * nginx)
    marks.push(`<line class="target" x1="${at}" y1="${barTop - 5}" x2="${at}" y2="${barTop + barHeight + 5}"/>`)
  }
  return marks.join('\n')
}

/** 1, 2 or 5 times a power of ten, so that the axis has four to ten marks. */
function niceStep(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(largest))
  const first = largest / power
  return (first >= 5 ? 1 : first >= 2 ? 0.5 : 0.2) * power
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
