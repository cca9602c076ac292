import type { ErrorCode } from '../model/errors.ts'

/** How long firmware that meets the failure is told to wait, at least; a rack that boots at once must not come back at once. */
const shortestSeconds = 2
const spreadSeconds = 4

/**
 * The `Retry-After` of a 503, in whole seconds: iPXE waits so long and asks again by itself. Spread at random, since
 * machines that failed together would otherwise return together. An overload passes sooner than an outage.
 */
export function retryAfterSeconds(code: ErrorCode, random: () => number = Math.random): number {
  const shortest = code === 'Overloaded' ? 1 : shortestSeconds
  return shortest + Math.floor(random() * spreadSeconds)
}
