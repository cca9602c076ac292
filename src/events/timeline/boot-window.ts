import type { StoredBootEvent } from '../../model/boot-events.ts'
import type { Boot } from '../../model/boots.ts'
import { BootJoin } from './boot-join.ts'
import { agentPauseMilliseconds } from './patience.ts'
import { type Sight, seesAll } from './sight.ts'
import type { BootWithEvents } from './to-boot.ts'

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

/** What is over is looked for so often at least. */
const forgetMilliseconds = 60_000
/** Of a window that is full so much is left: forgetting joins anew what is kept, and is not to be done with each event. */
const keptShare = 0.8

/** The boots of the last hour as they go on, from events as they come: in any order, and some of them twice. */
export class BootWindow {
  readonly #mostEvents: number
  readonly #sight: Sight
  #join: BootJoin
  #lastEventId = 0
  #forgotAt = Number.NEGATIVE_INFINITY

  constructor({ mostEvents = 5000, sight = seesAll }: BootWindowOptions = {}) {
    this.#sight = sight
    this.#mostEvents = mostEvents
    this.#join = new BootJoin(sight)
  }

  get lastEventId(): number {
    return this.#lastEventId
  }

  /** Takes events in, and says which boots are new or stand otherwise than before; without any, what time alone has changed. */
  take(events: readonly StoredBootEvent[], now: number): BootNews[] {
    for (const { id } of events) this.#lastEventId = Math.max(this.#lastEventId, id)
    this.#join.take(events)
    const news = this.#join.changes(now).sort((a, b) => a.boot.id - b.boot.id)
    if (this.#join.size > this.#mostEvents || now - this.#forgotAt >= forgetMilliseconds) this.#forget(now)
    return news.map(({ boot, events }) => ({ boot, events, lastEventId: this.#lastEventId }))
  }

  /** All boots as they stood when events were last taken in, newest first. */
  boots(): BootWithEvents[] {
    return this.#join.timeline().boots
  }

  #forget(now: number): void {
    this.#forgotAt = now
    const { boots, others } = this.#join.timeline()
    const isFull = this.#join.size > this.#mostEvents
    const most = isFull ? this.#mostEvents * keptShare : this.#mostEvents
    const keep: StoredBootEvent[] = []
    // Those that are still going on first.
    for (const { boot, events } of boots.sort((a, b) => b.boot.last_at - a.boot.last_at)) {
      if (boot.last_at < now - agentPauseMilliseconds || keep.length + events.length > most) break
      keep.push(...events)
    }
    const recent = others.filter(({ at }) => at >= now - agentPauseMilliseconds)
    const room = Math.floor(most) - keep.length
    if (room > 0) keep.push(...recent.slice(-room))
    if (keep.length === this.#join.size) return
    this.#join = new BootJoin(this.#sight)
    this.#join.take(keep)
    this.#join.changes(now)
  }
}
