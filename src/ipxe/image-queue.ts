interface Entry {
  urgent: boolean
  start(): void
}

/** Something that runs when its turn has come. */
export interface Queued<T> {
  done: Promise<T>
  /** A machine waits for it. */
  hurry(): void
}

/**
 * Lets only so many fetches run at once. What machines wait for has an allowance of its own: a new owner that fetches the
 * images of a thousand nodes does not keep one of them from booting.
 */
export class ImageQueue {
  readonly #limits: { background: number; urgent: number }
  readonly #running = { background: 0, urgent: 0 }
  readonly #waiting = new Set<Entry>()

  constructor(limits: { background: number; urgent: number }) {
    this.#limits = limits
  }

  add<T>(work: () => Promise<T>): Queued<T> {
    const turn = Promise.withResolvers<void>()
    const entry: Entry = { urgent: false, start: turn.resolve }
    this.#waiting.add(entry)
    const run = async () => {
      await turn.promise
      const kind = entry.urgent ? 'urgent' : 'background'
      try {
        return await work()
      } finally {
        this.#running[kind] -= 1
        this.#startWaiting()
      }
    }
    const done = run()
    this.#startWaiting()
    return {
      done,
      hurry: () => {
        // One that runs already goes on as what it began as.
        if (!this.#waiting.has(entry)) return
        entry.urgent = true
        this.#startWaiting()
      },
    }
  }

  #startWaiting(): void {
    for (const entry of this.#waiting) {
      const kind = entry.urgent ? 'urgent' : 'background'
      if (this.#running[kind] >= this.#limits[kind]) continue
      this.#running[kind] += 1
      this.#waiting.delete(entry)
      entry.start()
    }
  }
}
