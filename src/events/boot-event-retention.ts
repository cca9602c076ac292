import { setTimeout as sleep } from 'node:timers/promises'
import type { BootEventStore } from '../model/boot-events.ts'
import { LogBudget } from '../observe/log-budget.ts'
import type { Logger } from '../observe/logger.ts'

export interface RetentionMetrics {
  deleted(events: number, why: DeletionReason): void
}

/** Why events were deleted: they were too old, or more than may be kept. */
export type DeletionReason = 'age' | 'limit'

export interface RetentionParts {
  store: Pick<BootEventStore, 'prune' | 'trim'>
  retentionSeconds: number
  /** Events that are kept at most; between two runs there may be more. */
  limit: number
  metrics?: RetentionMetrics
  log: Logger
  /** Default: a minute. */
  intervalSeconds?: number
  /** Between two calls of one run, so that writers get their turn. Default: 0.1. */
  pauseSeconds?: number
}

/** Deletes events that are too old or too many, now and then. Several processes may do so with one store. */
export class BootEventRetention {
  readonly #parts: RetentionParts
  readonly #stop = new AbortController()
  readonly #failureLines = new LogBudget(1 / 600, 1)
  readonly #trimLines = new LogBudget(1 / 600, 1)
  #trimmed = 0

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
    while (await this.#wait(intervalSeconds * (0.75 + Math.random() / 2))) await this.#delete()
  }

  async #delete(): Promise<void> {
    const { limit, log, retentionSeconds, store } = this.#parts
    const before = Date.now() - retentionSeconds * 1000
    try {
      await this.#whileAny('age', () => store.prune(before))
      this.#trimmed += await this.#whileAny('limit', () => store.trim(limit))
    } catch (error) {
      const suppressed = this.#failureLines.take()
      if (suppressed !== undefined) log.warn({ err: error, suppressed }, 'old boot events could not be deleted')
    }
    if (this.#trimmed === 0 || this.#trimLines.take() === undefined) return
    log.warn(
      { events: this.#trimmed, limit },
      'boot events were deleted before their time: more come than [bootring]boot_event_limit allows for',
    )
    this.#trimmed = 0
  }

  /** Piece by piece; how many. */
  async #whileAny(why: DeletionReason, remove: () => Promise<number>): Promise<number> {
    const { metrics, pauseSeconds = 0.1 } = this.#parts
    for (let all = 0; ; ) {
      const events = await remove()
      all += events
      if (events > 0) metrics?.deleted(events, why)
      if (events === 0 || !(await this.#wait(pauseSeconds))) return all
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
