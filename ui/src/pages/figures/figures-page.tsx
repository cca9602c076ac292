import type { BootMinute } from '../../../../src/model/boot-events.ts'
import type { Figures, Overview } from '../../api/answers.ts'
import { useResource } from '../../api/use-resource.ts'
import { count, counted, milliseconds } from '../../format.ts'
import { Empty, Loading } from '../../parts/empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { setQuery } from '../../route.ts'
import { FiguresTable } from './figures-table.tsx'
import { Plot } from './plot.tsx'
import { mostFrequentReasons, otherReasons, reasonCount } from './reasons.ts'

const spans: readonly [minutes: number, name: string][] = [
  [60, '1 hour'],
  [360, '6 hours'],
  [1440, '24 hours'],
]

/** How many boots, how quick, and why not. */
export function FiguresPage({
  query,
  overview,
}: {
  query: Readonly<Record<string, string>>
  overview: Overview | undefined
}) {
  const span = spans.find(([minutes]) => String(minutes) === query.minutes)?.[0] ?? 60
  const { data, failure } = useResource<Figures>(`figures?minutes=${span}`, 10)
  const minutes = data?.minutes ?? []
  const asked = minutes.some(({ served, refused, unavailable }) => served + refused + unavailable > 0)
  return (
    <>
      <PageHead title="Figures">{asked && summary(minutes)}</PageHead>
      <div class="toolbar">
        <ul class="chips" aria-label="Span">
          {spans.map(([length, name]) => (
            <li key={length}>
              <button
                type="button"
                class="chip"
                aria-pressed={length === span}
                onClick={() => setQuery({ minutes: String(length) })}
              >
                {name}
              </button>
            </li>
          ))}
        </ul>
      </div>
      {data === undefined && <Loading failure={failure} />}
      {data !== undefined && !asked && <NoFigures enabled={overview?.events.enabled ?? true} />}
      {asked && (
        <>
          <Plots minutes={minutes} />
          <FiguresTable minutes={minutes} />
        </>
      )}
    </>
  )
}

function NoFigures({ enabled }: { enabled: boolean }) {
  if (enabled) return <Empty title="No machine has asked in that time." />
  return (
    <Empty title="Boots are not counted.">
      <p>
        Set <code>[bootring]boot_events = True</code> and restart. <code>/metrics</code> has figures all the same.
      </p>
    </Empty>
  )
}

function summary(minutes: readonly BootMinute[]): string {
  const served = minutes.reduce((sum, minute) => sum + minute.served, 0)
  const not = minutes.reduce((sum, minute) => sum + minute.refused + minute.unavailable, 0)
  return `${counted(served, 'script')} served, ${count(not)} not`
}

function Plots({ minutes }: { minutes: readonly BootMinute[] }) {
  const at = minutes.map((minute) => minute.at / 1000)
  const reasons = mostFrequentReasons(minutes)
  return (
    <div class="plots">
      <Plot
        title="Requests for scripts, per minute"
        at={at}
        format={count}
        series={[
          { label: 'served', colour: '--plot-1', values: minutes.map(({ served }) => served) },
          { label: 'refused', colour: '--plot-2', values: minutes.map(({ refused }) => refused) },
          { label: 'told to wait', colour: '--plot-3', values: minutes.map(({ unavailable }) => unavailable) },
        ]}
      />
      <Plot
        title="Time to a script"
        at={at}
        format={milliseconds}
        series={[
          { label: 'half within (p50)', colour: '--plot-1', values: minutes.map((minute) => minute.p50_milliseconds) },
          {
            label: '99 of 100 within (p99)',
            colour: '--plot-2',
            values: minutes.map((minute) => minute.p99_milliseconds),
          },
        ]}
      />
      {reasons.length > 0 && (
        <Plot
          title="Refusals by reason"
          at={at}
          format={count}
          stacked
          series={[...reasons, otherReasons].flatMap((reason, index) => {
            const values = minutes.map((minute) => reasonCount(minute, reason, reasons))
            if (values.every((value) => value === 0)) return []
            return [{ label: reason, colour: `--plot-${index + 1}`, values }]
          })}
        />
      )}
    </div>
  )
}
