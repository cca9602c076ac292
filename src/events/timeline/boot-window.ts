import type { StoredBootEvent } from '../../model/boot-events.ts'
import type { Boot } from '../../model/boots.ts'
import { type BootWithEvents, bootsOf, type Timeline } from './boots-of.ts'
import { agentPauseMilliseconds } from './patience.ts'
import { type Sight, seesAll } from './sight.ts'

export interface BootWindowOptions {
  /** Events that are kept at most: whole boots that ended first are let go. Default 5,000. */
  mostEvents?: number
  sight?: Sight | undefined
}

/** A change of a boot, for those who look on. */
export interface BootNews {
  boot: Boot
  /** What it is made of, in order. */
  events: readonly StoredBootEvent[]
  /** The highest id of all events that were taken so far: where to go on from. */
  lastEventId: number
}

/** The boots of the last hour as they go on, from events as they come: in any order, and some of them twice. */
export class BootWindow {
  readonly #mostEvents: number
  readonly #sight: Sight
  #events = new Map<number, StoredBootEvent>()
  #told = new Map<number, string>()
  #lastEventId = 0

  constructor({ mostEvents = 5000, sight = seesAll }: BootWindowOptions = {}) {
    this.#sight = sight
    this.#mostEvents = mostEvents
  }

  get lastEventId(): number {
    return this.#lastEventId
  }

  /** Takes events in, and says which boots are new or stand otherwise than before; without any, what time alone has changed. */
  take(events: Iterable<StoredBootEvent>, now: number): BootNews[] {
    for (const event of events) {
      this.#events.set(event.id, event)
      this.#lastEventId = Math.max(this.#lastEventId, event.id)
    }
    const timeline = bootsOf(this.#events.values(), now, this.#sight)
    const news: BootNews[] = []
    const told = new Map<number, string>()
    for (const { boot, events } of timeline.boots) {
      const signature = `${boot.verdict} ${boot.reason} ${events.map(({ id }) => id)}`
      told.set(boot.id, signature)
      if (this.#told.get(boot.id) !== signature) news.push({ boot, events, lastEventId: this.#lastEventId })
    }
    this.#told = told
    this.#forget(timeline, now)
    return news.reverse()
  }

  /** All boots as they stand, newest first. */
  boots(now: number): BootWithEvents[] {
    return bootsOf(this.#events.values(), now, this.#sight).boots
  }

  #forget({ boots, others }: Timeline, now: number): void {
    const keep: StoredBootEvent[] = []
    // Those that are still going on first.
    for (const { boot, events } of boots.sort((a, b) => b.boot.last_at - a.boot.last_at)) {
      if (boot.last_at < now - agentPauseMilliseconds || keep.length + events.length > this.#mostEvents) break
      keep.push(...events)
    }
    const recent = others.filter(({ at }) => at >= now - agentPauseMilliseconds)
    const room = this.#mostEvents - keep.length
    if (room > 0) keep.push(...recent.slice(-room))
    if (keep.length !== this.#events.size) this.#events = new Map(keep.map((event) => [event.id, event]))
  }
}
