import type { BootEventKind, BootEventReader, StoredBootEvent } from '../../model/boot-events.ts'

/** By then an event is there, or its id was never used: events of others are written in a moment. */
const settleMilliseconds = 5_000
const eventsAtOnce = 1000
const mostReads = 5

/**
 * What is new in a store, read by read, and each event once. Ids of events that are written at the same time may appear
 * in any order, so what comes before one that is missing is looked at again for a while.
 */
export class EventTail {
  readonly #reader: Pick<BootEventReader, 'events'>
  readonly #kinds: { kinds?: readonly BootEventKind[] }
  /** Every event up to this id was read, or will never be. */
  #settled = 0
  /** Ids above that were read, by when. */
  readonly #seen = new Map<number, number>()

  /** `known`: events that were read before. `kinds`: no others are wanted. */
  constructor(
    reader: Pick<BootEventReader, 'events'>,
    known: readonly StoredBootEvent[],
    now: number,
    kinds?: readonly BootEventKind[],
  ) {
    this.#reader = reader
    this.#kinds = kinds === undefined ? {} : { kinds }
    for (const { at, id } of known) {
      if (at < now - settleMilliseconds) this.#settled = Math.max(this.#settled, id)
      else this.#seen.set(id, now)
    }
    this.#settle(now)
  }

  /** Events that were not read before, as many as are worth having at once. Throws `DatabaseUnavailable`. */
  async read(now: number): Promise<StoredBootEvent[]> {
    const fresh: StoredBootEvent[] = []
    let after = this.#settled
    for (let reads = 0; reads < mostReads; reads++) {
      const events = await this.#reader.events({ ...this.#kinds, after }, eventsAtOnce)
      for (const event of events) {
        if (this.#seen.has(event.id)) continue
        this.#seen.set(event.id, now)
        fresh.push(event)
      }
      after = events.at(-1)?.id ?? after
      if (events.length < eventsAtOnce) break
    }
    this.#settle(now)
    return fresh
  }

  #settle(now: number): void {
    for (const id of [...this.#seen.keys()].sort((a, b) => a - b)) {
      const waited = now - (this.#seen.get(id) ?? now)
      // A clock that was set back would have it wait until that time comes again.
      const isYoung = waited >= 0 && waited < settleMilliseconds
      if (id > this.#settled + 1 && isYoung) return
      this.#settled = Math.max(this.#settled, id)
      this.#seen.delete(id)
    }
  }
}
