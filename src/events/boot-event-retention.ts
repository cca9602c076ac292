import { setTimeout as sleep } from 'node:timers/promises'
import type { BootEventStore } from '../model/boot-events.ts'
import { LogBudget } from '../observe/log-budget.ts'
import type { Logger } from '../observe/logger.ts'

export interface RetentionParts {
  store: Pick<BootEventStore, 'prune'>
  retentionSeconds: number
  log: Logger
  /** Default: a minute. */
  intervalSeconds?: number
  /** Between two calls of one run, so that writers get their turn. Default: 0.1. */
  pauseSeconds?: number
}

/** Deletes events that are too old, now and then. Several processes may do so with one store. */
export class BootEventRetention {
  readonly #parts: RetentionParts
  readonly #stop = new AbortController()
  readonly #failureLines = new LogBudget(1 / 600, 1)

  constructor(parts: RetentionParts) {
    this.#parts = parts
    void this.#run()
  }

  /** Does not wait for a store that is at it: that one may be dead. */
  stop(): void {
    this.#stop.abort()
  }

  async #run(): Promise<void> {
    const { intervalSeconds = 60 } = this.#parts
    // Processes that were started together do not come together for ever.
    while (await this.#wait(intervalSeconds * (0.75 + Math.random() / 2))) await this.#prune()
  }

  async #prune(): Promise<void> {
    const { log, pauseSeconds = 0.1, retentionSeconds, store } = this.#parts
    const before = Date.now() - retentionSeconds * 1000
    try {
      while ((await store.prune(before)) > 0 && (await this.#wait(pauseSeconds)));
    } catch (error) {
      const suppressed = this.#failureLines.take()
      if (suppressed !== undefined) log.warn({ err: error, suppressed }, 'old boot events could not be deleted')
    }
  }

  /** False when it is to end. */
  async #wait(seconds: number): Promise<boolean> {
    try {
      await sleep(seconds * 1000, undefined, { signal: this.#stop.signal, ref: false })
      return true
    } catch {
      return false
    }
  }
}
