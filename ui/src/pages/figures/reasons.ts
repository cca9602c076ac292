import type { BootMinute } from '../../../../src/model/boot-events.ts'

export const otherReasons = 'others'
const mostShown = 5

/** The reasons that a plot has colours for. */
export function mostFrequentReasons(minutes: readonly BootMinute[]): string[] {
  const sums = new Map<string, number>()
  for (const { reasons } of minutes) {
    for (const [reason, number] of Object.entries(reasons)) sums.set(reason, (sums.get(reason) ?? 0) + number)
  }
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostShown)
    .map(([reason]) => reason)
}

/** How often in that minute; `otherReasons`: all that are not among the shown ones. */
export function reasonCount({ reasons }: BootMinute, reason: string, shown: readonly string[]): number {
  if (reason !== otherReasons) return reasons[reason] ?? 0
  return Object.entries(reasons).reduce((sum, [name, number]) => (shown.includes(name) ? sum : sum + number), 0)
}
