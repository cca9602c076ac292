/** A time as Ironic writes it: UTC, with an offset, and fractions of a second only where there are any. */
export function timeText(time: Date | null): string | null {
  if (time === null) return null
  const text = time.toISOString().replace('Z', '')
  return `${text.endsWith('.000') ? text.slice(0, -4) : `${text}000`}+00:00`
}
