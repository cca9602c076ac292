import type { HardwareInterface } from '../model/conductor.ts'
import type { ConductorStore } from '../model/stores.ts'
import type { Logger } from '../observe/logger.ts'

export interface HeartbeatOptions {
  hostname: string
  conductorGroup: string
  interfaces: HardwareInterface[]
  intervalSeconds: number
}

/** Keeps this conductor's row in the database alive, from `start` to `stop`. */
export class Heartbeat {
  readonly #store: Pick<ConductorStore, 'register' | 'heartbeat' | 'unregister'>
  readonly #options: HeartbeatOptions
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined

  constructor(
    store: Pick<ConductorStore, 'register' | 'heartbeat' | 'unregister'>,
    options: HeartbeatOptions,
    log: Logger,
  ) {
    this.#store = store
    this.#options = options
    this.#log = log
  }

  /** Registers, and beats from then on. Throws `DatabaseUnavailable` when it can't register. */
  async start(): Promise<void> {
    await this.#register()
    this.#timer = setInterval(() => {
      // A beat that takes longer than the interval is not joined by a second one.
      this.#beating ??= this.#beat().finally(() => {
        this.#beating = undefined
      })
    }, this.#options.intervalSeconds * 1000)
  }

  /** Stops beating and unregisters: other hosts take the nodes over at once. Safe to call when it never started. */
  async stop(): Promise<void> {
    if (!this.#timer) return
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#beating
    await this.#store.unregister(this.#options.hostname)
  }

  async #register(): Promise<void> {
    const { hostname, conductorGroup, interfaces } = this.#options
    await this.#store.register(hostname, conductorGroup, interfaces)
  }

  /** A beat that fails is logged and tried again at the next tick: the database decides who is dead, not we. */
  async #beat(): Promise<void> {
    try {
      if (await this.#store.heartbeat(this.#options.hostname)) return
      this.#log.warn(
        { conductor: this.#options.hostname },
        'somebody else has removed this conductor or taken it offline; registering again',
      )
      await this.#register()
    } catch (error) {
      this.#log.error({ err: error, conductor: this.#options.hostname }, 'heartbeat failed')
    }
  }
}
