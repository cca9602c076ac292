import { InvalidArgumentError } from 'commander'

const unitMilliseconds: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A moment in milliseconds since 1970: so long ago (`90s`, `30m`, `12h`, `7d`), or a date and time. Throws `InvalidArgumentError`. */
export function parseSince(text: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text.trim()) ?? []
  if (count !== undefined) return now - Number(count) * (unitMilliseconds[unit] ?? 0)
  const at = /^\d{4}-\d{2}-\d{2}/.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN
  if (Number.isNaN(at)) throw new InvalidArgumentError('Expected e.g. 30m, 12h, 7d or 2026-01-31T12:00.')
  return at
}
