import { BootJoin, type Timeline } from '../../src/events/timeline/boot-join.ts'
import { type Sight, seesAll } from '../../src/events/timeline/sight.ts'
import type { StoredBootEvent } from '../../src/model/boot-events.ts'

/**
 * The boots that these events are, as they stand at `now` (milliseconds since 1970). The order in which the events are
 * given means nothing, and an event that is given twice, or that a store has twice, is one: only what is there counts.
 */
export function bootsOf(events: Iterable<StoredBootEvent>, now: number, sight: Sight = seesAll): Timeline {
  const join = new BootJoin(sight)
  join.take(events)
  join.changes(now)
  return join.timeline()
}
