import type { BootEventOutcome, BootMinute } from '../../model/boot-events.ts'
import { millisecondsOfClass } from './duration-class.ts'

/** How many scripts of one minute ended alike. */
export interface MinuteCount {
  /** Minutes since 1970. */
  minute: number
  outcome: BootEventOutcome
  code: string | null
  duration_class: number
  events: number | string
}

/** Makes minutes, oldest first, of what was counted, in any order. */
export function minutesOf(counts: readonly MinuteCount[]): BootMinute[] {
  const byMinute = Map.groupBy(counts, ({ minute }) => minute)
  return [...byMinute].sort(([a], [b]) => a - b).map(([minute, ofIt]) => minuteOf(minute * 60_000, ofIt))
}

function minuteOf(at: number, counts: readonly MinuteCount[]): BootMinute {
  const reasons: Record<string, number> = {}
  const outcomes = { served: 0, refused: 0, unavailable: 0, broken: 0 }
  for (const { code, events, outcome } of counts) {
    outcomes[outcome] += Number(events)
    if (outcome !== 'served' && code !== null) reasons[code] = (reasons[code] ?? 0) + Number(events)
  }
  const served = counts
    .filter(({ outcome }) => outcome === 'served')
    .sort((a, b) => a.duration_class - b.duration_class)
  return {
    at,
    served: outcomes.served,
    refused: outcomes.refused,
    unavailable: outcomes.unavailable,
    p50_milliseconds: percentile(served, 0.5 * outcomes.served),
    p99_milliseconds: percentile(served, 0.99 * outcomes.served),
    reasons,
  }
}

/** `counts` by rising duration. */
function percentile(counts: readonly MinuteCount[], rank: number): number | null {
  let seen = 0
  for (const { duration_class, events } of counts) {
    seen += Number(events)
    if (seen >= rank) return millisecondsOfClass(duration_class)
  }
  return null
}
