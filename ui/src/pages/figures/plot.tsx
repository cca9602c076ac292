import { useEffect, useId, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { count } from '../../format.ts'
import { theme } from '../../preferences.ts'
import { useStore } from '../../store.ts'

export interface PlotSeries {
  readonly label: string
  /** The custom property that has it. */
  readonly colour: string
  readonly values: readonly (number | null)[]
}

interface PlotProps {
  title: string
  /** Seconds since 1970. */
  at: readonly number[]
  series: readonly PlotSeries[]
  /** Of values, for axis and legend. */
  format(value: number): string
  /** Bars on one another, instead of lines. */
  stacked?: boolean
}

const height = 190
/** Nothing that is counted comes in halves. */
const steps = Array.from({ length: 9 }, (_, zeros) => [1, 2, 5].map((digit) => digit * 10 ** zeros)).flat()
const darkSystem = matchMedia('(prefers-color-scheme: dark)')

/** Series over time. The table below the plots has the same figures. */
export function Plot({ title, at, series, format, stacked = false }: PlotProps) {
  const id = useId()
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const shownTheme = useStore(theme)
  const [systemIsDark, setSystemIsDark] = useState(darkSystem.matches)
  // Which of the points the pointer is over.
  const [pointed, setPointed] = useState<number>()
  const data = plotData(at, series, stacked)
  const kind = series.map(({ label }) => label).join()
  useEffect(() => {
    const changed = () => setSystemIsDark(darkSystem.matches)
    darkSystem.addEventListener('change', changed)
    return () => darkSystem.removeEventListener('change', changed)
  }, [])
  // The canvas knows nothing of style sheets: with other colours it is drawn anew.
  useEffect(() => {
    const parent = place.current
    if (parent === null) return
    const options = plotOptions(series, format, stacked, parent)
    options.hooks = { setCursor: [({ cursor }) => setPointed(cursor.idx ?? undefined)] }
    const drawn = new uPlot(options, data, parent)
    plot.current = drawn
    const resized = new ResizeObserver(() => drawn.setSize({ width: parent.clientWidth, height }))
    resized.observe(parent)
    return () => {
      resized.disconnect()
      drawn.destroy()
      plot.current = undefined
    }
  }, [kind, stacked, shownTheme, systemIsDark])
  useEffect(() => plot.current?.setData(data), [at, series])
  return (
    <figure class="panel plot" aria-labelledby={id}>
      <figcaption id={id}>
        <h2>{title}</h2>
        <ul class="legend">
          {pointed !== undefined && <li>{hourAndMinute(at[pointed] ?? 0)}</li>}
          {series.map(({ label, colour, values }) => (
            <li key={label}>
              <span class="swatch" style={{ background: `var(${colour})` }} />
              {label}
              {pointed !== undefined && <strong>{shown(values[pointed], format)}</strong>}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} class="plot-place" />
    </figure>
  )
}

function shown(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? 'none' : format(value)
}

/** The last series is drawn first, behind the others. Stacked, each has the sum of itself and those before it. */
function plotData(at: readonly number[], series: readonly PlotSeries[], stacked: boolean): uPlot.AlignedData {
  if (!stacked) return [[...at], ...series.map(({ values }) => [...values]).toReversed()]
  const sums = at.map(() => 0)
  const rows = series.map(({ values }) =>
    values.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + (value ?? 0)
      return sums[index] ?? 0
    }),
  )
  return [[...at], ...rows.toReversed()]
}

function plotOptions(
  series: readonly PlotSeries[],
  format: (value: number) => string,
  stacked: boolean,
  parent: HTMLElement,
): uPlot.Options {
  const axis = { stroke: colourOf(parent, '--muted'), grid: { stroke: colourOf(parent, '--line'), width: 1 } }
  const ticks = { show: false }
  const font = `11px ${getComputedStyle(parent).fontFamily}`
  return {
    width: parent.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    padding: [8, 8, 0, 0],
    scales: { y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, ticks, font, size: 26, grid: { show: false }, values: (_plot, splits) => splits.map(hourAndMinute) },
      {
        ...axis,
        ticks,
        font,
        size: 58,
        ...(format === count && { incrs: steps }),
        values: (_plot, splits) => splits.map(format),
      },
    ],
    series: [
      {},
      ...series.toReversed().map(({ label, colour }) => {
        const stroke = colourOf(parent, colour)
        if (!stacked) return { label, stroke, width: 2, points: { size: 4, fill: stroke, filter: alone } }
        return { label, fill: stroke, width: 0, points: { show: false }, paths: bars() }
      }),
    ],
  }
}

/** A line needs two points: those with none beside them are dots. */
function alone(plot: uPlot, seriesIndex: number): number[] {
  const values = plot.data[seriesIndex] ?? []
  const has = (index: number) => values[index] !== null && values[index] !== undefined
  return [...values.keys()].filter((index) => has(index) && !has(index - 1) && !has(index + 1))
}

function bars(): uPlot.Series.PathBuilder {
  return uPlot.paths.bars?.({ size: [0.8, 24] }) ?? (() => null)
}

function hourAndMinute(seconds: number): string {
  const date = new Date(seconds * 1000)
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`
}

/** A custom property, resolved for light or dark. */
function colourOf(parent: HTMLElement, property: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${property})`
  parent.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
