const pattern = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/

/**
 * Reads a column of naive UTC time as all engines write it (`2025-01-31 12:34:56`, up to nanoseconds, of which
 * milliseconds are kept); null for null and for what is no time.
 */
export function parseUtcTime(text: string | null): Date | null {
  const match = text === null ? null : pattern.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction = ''] = match
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
  return new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), milliseconds),
  )
}

/** The other way round, with six digits: as SQLite's text is compared. */
export function formatUtcTime(time: Date): string {
  return `${time.toISOString().slice(0, -1).replace('T', ' ')}000`
}
