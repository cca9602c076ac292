import type { BootEvent, BootMinute } from '../../model/boot-events.ts'
import { durationClass, millisecondsOfClass } from './duration-class.ts'

/*
 * Figures of each minute are counted as events are written, in a table of their own, and outlive the events.
 */

const minuteMilliseconds = 60_000

/** What is added to the counts for one batch, by the table's key in order: whoever writes at the same time has the same order. */
export interface MinuteCount {
  minute: number
  outcome: BootEvent['outcome']
  code: string
  duration_class: number
  scripts: number
}

export function minuteOf(at: number): number {
  return Math.floor(at / minuteMilliseconds)
}

/** Of the scripts among the events. */
export function countsOf(events: readonly BootEvent[]): MinuteCount[] {
  const counts = new Map<string, MinuteCount>()
  for (const { at, code, kind, milliseconds, outcome } of events) {
    if (kind !== 'script') continue
    const isServed = outcome === 'served'
    const count = {
      minute: minuteOf(at),
      outcome,
      code: isServed ? '' : (code ?? ''),
      duration_class: isServed ? durationClass(milliseconds) : 0,
      scripts: 0,
    }
    const key = `${count.minute} ${outcome} ${count.code} ${count.duration_class}`
    const known = counts.get(key) ?? count
    known.scripts += 1
    counts.set(key, known)
  }
  const ordered = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  return ordered.map(([, count]) => count)
}

/** Scripts that were served, and the classes of their percentiles. */
export interface ServedMinute {
  minute: number
  served: number | string
  p50_class: number
  p99_class: number
}

/** Scripts that were not served. */
export interface RefusedMinute {
  minute: number
  outcome: BootEvent['outcome']
  code: string
  scripts: number | string
}

/** From the minute `since` on. The server counts: of each minute there is a row for each duration, some ten thousand a day. */
export const servedMinutes = (since: number) => `
  select minute, max(served) as served,
    min(case when seen >= 0.5 * served then duration_class end) as p50_class,
    min(case when seen >= 0.99 * served then duration_class end) as p99_class
  from (
    select minute, duration_class,
      sum(scripts) over (partition by minute order by duration_class) as seen,
      sum(scripts) over (partition by minute) as served
    from bootring_boot_minute where minute >= ${since} and outcome = 'served'
  ) as durations
  group by minute`

/** From the minute `since` on, a number or a placeholder. */
export const refusedMinutes = (since: number | string) =>
  `select minute, outcome, code, scripts from bootring_boot_minute where minute >= ${since} and outcome <> 'served'`

/** The same from rows in order, where rows are had for less than a query that counts them. */
export function servedMinutesOf(rows: readonly (readonly [minute: number, duration: number, scripts: number])[]) {
  const minutes: ServedMinute[] = []
  for (let start = 0, end = 0; start < rows.length; start = end) {
    const minute = rows[start]?.[0] ?? 0
    let served = 0
    for (end = start; rows[end]?.[0] === minute; end += 1) served += rows[end]?.[2] ?? 0
    const classAt = (rank: number) => {
      let seen = 0
      for (const [, duration, scripts] of rows.slice(start, end)) {
        seen += scripts
        if (seen >= rank) return duration
      }
      return 0
    }
    minutes.push({ minute, served, p50_class: classAt(0.5 * served), p99_class: classAt(0.99 * served) })
  }
  return minutes
}

/** Minutes of both, oldest first. */
export function minutesOf(served: readonly ServedMinute[], refused: readonly RefusedMinute[]): BootMinute[] {
  const minutes = new Map<number, BootMinute>()
  for (const { minute, p50_class, p99_class, served: scripts } of served) {
    minutes.set(minute, {
      ...quiet(minute),
      served: Number(scripts),
      p50_milliseconds: millisecondsOfClass(p50_class),
      p99_milliseconds: millisecondsOfClass(p99_class),
    })
  }
  for (const { code, minute, outcome, scripts } of refused) {
    const known = minutes.get(minute) ?? quiet(minute)
    minutes.set(minute, known)
    if (outcome === 'refused' || outcome === 'unavailable') known[outcome] += Number(scripts)
    if (code !== '') known.reasons[code] = (known.reasons[code] ?? 0) + Number(scripts)
  }
  return [...minutes.values()].sort((a, b) => a.at - b.at)
}

function quiet(minute: number): BootMinute {
  return {
    at: minute * minuteMilliseconds,
    served: 0,
    refused: 0,
    unavailable: 0,
    p50_milliseconds: null,
    p99_milliseconds: null,
    reasons: {},
  }
}
