import type { StoredBootEvent } from '../../model/boot-events.ts'

/** By time, and at one time by id: the same order whoever brought the events, and when. */
export function inOrder(events: Iterable<StoredBootEvent>): StoredBootEvent[] {
  return [...events].sort((a, b) => a.at - b.at || a.id - b.id)
}

/** Index of the first of the events, which are in order, that is at or after a time. */
export function firstAt(events: readonly StoredBootEvent[], at: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((events[middle] as StoredBootEvent).at < at) low = middle + 1
    else high = middle
  }
  return low
}
