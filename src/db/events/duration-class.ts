/*
 * Durations in classes, each 8 % longer than the one before, so that a database can count them: percentiles that are made
 * of such counts are right to about 4 %.
 */

const growth = 1.08
/** The first class reaches so far. */
const shortestMilliseconds = 0.01

export function durationClass(milliseconds: number): number {
  if (!(milliseconds > shortestMilliseconds)) return 0
  return Math.min(1000, Math.ceil(Math.log(milliseconds / shortestMilliseconds) / Math.log(growth)))
}

/** From the middle of the class, in milliseconds. */
export function millisecondsOfClass(durationClass: number): number {
  return Number((shortestMilliseconds * growth ** (durationClass - 0.5)).toPrecision(3))
}
