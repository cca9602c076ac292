/**
 * How long a conductor may go on answering once its works have ended: what they have left of `[bootring]drain_seconds`, so
 * that all of its end takes no longer than whoever stops it expects. At least as long as others take to notice, though.
 */
export function restOfDrain(drainSeconds: number, spentSeconds: number, noticedSeconds: number): number {
  return Math.min(drainSeconds, Math.max(drainSeconds - spentSeconds, noticedSeconds))
}
