import type { Logger } from '../observe/logger.ts'
import { realTimers, type Timers } from './timers.ts'

/** Runs `work` again and again, `intervalSeconds` after the last run's end, until it is stopped. Failures are logged. */
export class Periodic {
  readonly #name: string
  readonly #intervalSeconds: number
  readonly #work: () => Promise<unknown>
  readonly #log: Logger
  readonly #timers: Timers
  #cancel: (() => void) | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(
    name: string,
    intervalSeconds: number,
    work: () => Promise<unknown>,
    log: Logger,
    timers: Timers = realTimers,
  ) {
    this.#name = name
    this.#intervalSeconds = intervalSeconds
    this.#work = work
    this.#log = log
    this.#timers = timers
  }

  /** The first run comes after one interval; with an interval of 0, never. */
  start(): void {
    if (this.#stopped || this.#intervalSeconds <= 0) return
    this.#cancel = this.#timers.after(this.#intervalSeconds * 1000, () => {
      this.#running = this.#run().finally(() => this.start())
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      await this.#work()
    } catch (error) {
      this.#log.error({ err: error, task: this.#name }, 'periodic task failed; it will be tried again')
    }
  }
}
