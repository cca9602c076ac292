import { labelOf, type Results } from './results.ts'

/** What was hoped for, and what came. */
export interface Verdict {
  what: string
  wanted: string
  measured: string
  met: boolean
  /** How far from the target, e.g. `missed by 25 %`. */
  distance: string
}

export const ratioTargets = { serve: 0.6, api: 0.2 } as const
const growthAtMost = 1.1
const memoryBelowMib = 120
const startBelowSeconds = 1

/** Measured medians against the targets. */
export function verdicts({ candidates, growth, memory, starts }: Results): Verdict[] {
  return [
    ...candidates.flatMap((candidate) => {
      const { kind, ratio } = candidate
      if (kind !== 'serve' && kind !== 'api') return []
      return verdict(`${labelOf(candidate)}: requests/s, part of nginx's`, ratio.median, ratioTargets[kind], 'at least')
    }),
    ...growth.flatMap(({ factor, kind }) =>
      verdict(
        `${kind}: cost of a request with the large fleet, times that with the small one`,
        factor.median,
        growthAtMost,
        'at most',
      ),
    ),
    ...memory
      .filter(({ process }) => !process.endsWith('conductor'))
      .flatMap(({ memory: { resident }, process }) =>
        verdict(`${process}: resident memory`, resident, memoryBelowMib, 'at most', 'MiB'),
      ),
    ...starts.flatMap(({ seconds, what }) =>
      verdict(`start to first script, ${what}`, seconds.median, startBelowSeconds, 'at most', 's'),
    ),
  ]
}

function verdict(what: string, measured: number, target: number, side: 'at least' | 'at most', unit = ''): Verdict[] {
  const met = side === 'at least' ? measured >= target : measured <= target
  const percent = Math.abs(measured / target - 1) * 100
  const shown = (value: number) => `${value >= 10 ? value.toFixed(0) : value.toFixed(2)}${unit && ` ${unit}`}`
  return [
    {
      what,
      wanted: `${side} ${shown(target)}`,
      measured: shown(measured),
      met,
      distance: `${met ? 'met, with' : 'missed by'} ${percent.toFixed(percent < 10 ? 1 : 0)} %${met ? ' to spare' : ''}`,
    },
  ]
}
