import type { Logger } from '../observe/logger.ts'

/** Runs `work` again and again, `intervalSeconds` after the last run's end, until it is stopped. Failures are logged. */
export class Periodic {
  readonly #name: string
  readonly #intervalSeconds: number
  readonly #work: () => Promise<unknown>
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(name: string, intervalSeconds: number, work: () => Promise<unknown>, log: Logger) {
    this.#name = name
    this.#intervalSeconds = intervalSeconds
    this.#work = work
    this.#log = log
  }

  /** The first run comes after one interval; with an interval of 0, never. */
  start(): void {
    if (this.#stopped || this.#intervalSeconds <= 0) return
    this.#timer = setTimeout(() => {
      this.#running = this.#run().finally(() => this.start())
    }, this.#intervalSeconds * 1000)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
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
