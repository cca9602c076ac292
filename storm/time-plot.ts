/** One line of a panel. */
export interface Series {
  readonly name: string
  /** Index of its colour. */
  readonly colour: number
  /** [seconds, value]; NaN breaks the line. */
  readonly points: readonly (readonly [number, number])[]
}

export interface Panel {
  /** What is shown, and in which unit. */
  readonly title: string
  readonly series: readonly Series[]
}

export interface TimePlot {
  readonly title: string
  readonly subtitle: string
  readonly seconds: number
  /** Moments at which something was done. */
  readonly marks: readonly { seconds: number; text: string }[]
  readonly panels: readonly Panel[]
}

const width = 860
const left = 64
const right = 20
const panelHeight = 130
const panelGap = 46
const lineHeight = 16

/** Panels over one time axis, with numbered marks. An SVG of its own that follows the reader's light or dark theme. */
export function timePlot({ marks, panels, seconds, subtitle, title }: TimePlot): string {
  const top = 76
  const bottom = top + panels.length * (panelHeight + panelGap)
  const height = bottom + 26 + marks.length * lineHeight
  const x = (at: number) => left + (at / seconds) * (width - left - right)
  const legend = marks.map(
    ({ seconds: at, text }, index) =>
      `<text class="faint" x="16" y="${bottom + 22 + index * lineHeight}">${index + 1}  ${at.toFixed(1)} s: ${escaped(text)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>
  svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --mark: #cf222e; --c0: #0969da; --c1: #bc4c00; --c2: #1a7f37; --c3: #8250df; --c4: #9a6700; --c5: #bf3989; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --grid: #30363d; --mark: #ff7b72; --c0: #4493f8; --c1: #f0883e; --c2: #3fb950; --c3: #ab7df8; --c4: #d29922; --c5: #db61a2; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--ink); }
  .title { font-size: 17px; font-weight: 600; }
  .faint { fill: var(--faint); font-size: 12px; }
  .grid { stroke: var(--grid); }
  .mark { stroke: var(--mark); stroke-dasharray: 3 3; }
  .number { fill: var(--mark); font-size: 11px; }
  polyline { fill: none; stroke-width: 1.6; }
</style>
<rect width="${width}" height="${height}" fill="var(--paper)"/>
<text class="title" x="16" y="28">${escaped(title)}</text>
<text class="faint" x="16" y="48">${escaped(subtitle)}</text>
${panels.map((panel, index) => drawn(panel, top + index * (panelHeight + panelGap), x, seconds, marks)).join('\n')}
${legend.join('\n')}
</svg>
`
}

function drawn(
  { series, title }: Panel,
  y0: number,
  x: (seconds: number) => number,
  seconds: number,
  marks: TimePlot['marks'],
): string {
  const largest = Math.max(
    1,
    ...series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite),
  )
  const step = niceStep(largest)
  const top = Math.ceil(largest / step) * step
  const y = (value: number) => y0 + panelHeight - (value / top) * panelHeight
  const rows = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step)
  const timeStep = niceStep(seconds)
  const columns = Array.from({ length: Math.floor(seconds / timeStep) + 1 }, (_, index) => index * timeStep)
  let legendX = left + textWidth(title) + 20
  const legend = series.map(({ colour, name }) => {
    const at = legendX
    legendX += textWidth(name) + 34
    return `<rect x="${at}" y="${y0 - 17}" width="12" height="4" fill="var(--c${colour})"/><text class="faint" x="${at + 17}" y="${y0 - 10}">${escaped(name)}</text>`
  })
  return [
    `<text x="${left}" y="${y0 - 10}">${escaped(title)}</text>`,
    ...legend,
    ...rows.map(
      (value) =>
        `<line class="grid" x1="${left}" y1="${y(value).toFixed(1)}" x2="${width - right}" y2="${y(value).toFixed(1)}"/><text class="faint" x="${left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${short(value)}</text>`,
    ),
    ...columns.map(
      (at) =>
        `<text class="faint" x="${x(at).toFixed(1)}" y="${y0 + panelHeight + 16}" text-anchor="middle">${short(at)} s</text>`,
    ),
    ...marks.map(
      ({ seconds: at }, index) =>
        `<line class="mark" x1="${x(at).toFixed(1)}" y1="${y0}" x2="${x(at).toFixed(1)}" y2="${y0 + panelHeight}"/><text class="number" x="${(x(at) + 3).toFixed(1)}" y="${y0 + 11}">${marks.length > 20 ? '' : index + 1}</text>`,
    ),
    ...series.flatMap(({ colour, points }) => lines(points, colour, x, y)),
  ].join('\n')
}

/** One line for each stretch without a gap. */
function lines(
  points: Series['points'],
  colour: number,
  x: (seconds: number) => number,
  y: (value: number) => number,
): string[] {
  const stretches: string[][] = [[]]
  for (const [at, value] of points) {
    if (Number.isFinite(value)) stretches.at(-1)?.push(`${x(at).toFixed(1)},${y(value).toFixed(1)}`)
    else if (stretches.at(-1)?.length) stretches.push([])
  }
  return stretches
    .filter((stretch) => stretch.length > 0)
    .map((stretch) =>
      stretch.length === 1
        ? `<circle cx="${stretch[0]?.split(',')[0]}" cy="${stretch[0]?.split(',')[1]}" r="1.8" fill="var(--c${colour})"/>`
        : `<polyline stroke="var(--c${colour})" points="${stretch.join(' ')}"/>`,
    )
}

/** 1, 2 or 5 times a power of ten, so that an axis has three to six marks. */
function niceStep(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(largest))
  const first = largest / power
  return (first >= 5 ? 2 : first >= 2 ? 1 : 0.5) * power
}

function short(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`
  return String(Math.round(value * 1000) / 1000)
}

/** Roughly: SVG can't be asked before it is drawn. */
const textWidth = (text: string) => text.length * 6.6

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
