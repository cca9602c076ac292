/** How long something takes: between two times, the shorter ones being the likelier. */
export interface FakeDelay {
  readonly minSeconds: number
  readonly maxSeconds: number
}

/** No rehearsal waits for longer, and timers can't. */
const maxDelaySeconds = 86_400

/** Reads `seconds` or `min,max`; undefined where it is neither. */
export function parseFakeDelay(value: unknown): FakeDelay | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const parts = String(value).split(',')
  const numbers = parts.map((part) => (/^\s*\d+(\.\d+)?\s*$/.test(part) ? Number(part) : Number.NaN))
  const [minSeconds = Number.NaN, maxSeconds = minSeconds, ...more] = numbers
  if (more.length > 0 || !(minSeconds <= maxSeconds) || maxSeconds > maxDelaySeconds) return undefined
  return { minSeconds, maxSeconds }
}

/** One of the times between, as Ironic draws it: triangular, with its peak at the shortest. `random` is from 0 to below 1. */
export function drawSeconds({ minSeconds, maxSeconds }: FakeDelay, random: number): number {
  return maxSeconds - Math.sqrt(1 - random) * (maxSeconds - minSeconds)
}
