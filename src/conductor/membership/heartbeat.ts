import { randomUUID } from 'node:crypto'
import type { ConductorSession, HardwareInterface } from '../../model/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { ConductorStore } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import { realTimers, type Timers } from '../timers.ts'
import { LiveSession, type SessionSource } from './live-session.ts'

export interface HeartbeatOptions {
  hostname: string
  conductorGroup: string
  interfaces: HardwareInterface[]
  intervalSeconds: number
}

/** Who is told of the session's fate. */
export interface SessionListener {
  /** It was over, and another one has begun. */
  onRenewed(): void
  /** Another process has the name now. There are no more heartbeats. */
  onReplaced(error: BootringError): void
}

/** The pauses after beats that fail: the first is short, as one lost connection must not cost a whole interval. */
const firstPauseMilliseconds = 250
const longestPauseMilliseconds = 2_000

/** Keeps this conductor's session alive, from `start` to `stop`. */
export class Heartbeat implements SessionSource {
  readonly #store: Pick<ConductorStore, 'register' | 'heartbeat' | 'unregister'>
  readonly #options: HeartbeatOptions
  readonly #log: Logger
  readonly #timers: Timers
  #listener: SessionListener | undefined
  #live: LiveSession | undefined
  /** The token of the next session, while it is not known whether that has begun. */
  #token: string | undefined
  #cancel: (() => void) | undefined
  #beating: Promise<void> | undefined
  #running = false
  #failures = 0
  #failedAt = Number.NEGATIVE_INFINITY

  constructor(
    store: Pick<ConductorStore, 'register' | 'heartbeat' | 'unregister'>,
    options: HeartbeatOptions,
    log: Logger,
    timers: Timers = realTimers,
  ) {
    this.#store = store
    this.#options = options
    this.#log = log
    this.#timers = timers
  }

  get live(): LiveSession | undefined {
    return this.#live
  }

  /**
   * Whether the database has taken the last beats without fail. Who could not beat knows as little of the others: they
   * may be as alive, and about to say so.
   */
  get steady(): boolean {
    return this.#running && this.#timers.now() - this.#failedAt > 2 * this.#options.intervalSeconds * 1000
  }

  /** Registers, and beats from then on. Throws `DatabaseUnavailable` when it can't register. */
  async start(listener: SessionListener): Promise<void> {
    this.#listener = listener
    await this.#register(undefined)
    this.#running = true
    // Others may be about to beat as well, for the first time after an outage.
    this.#failedAt = this.#timers.now()
    this.#beatAfter(this.#options.intervalSeconds * 1000)
  }

  /** Stops beating and unregisters: other hosts take the nodes over at once. Safe to call when it never started. */
  async stop(): Promise<void> {
    this.#running = false
    this.#cancel?.()
    await this.#beating
    const live = this.#live
    if (!live) return
    this.#live = undefined
    live.end()
    await this.#store.unregister(live.session)
  }

  doubt(session: LiveSession): void {
    if (session !== this.#live || session.signal.aborted) return
    session.end()
    // A beat that is under way sees to it when it ends.
    if (this.#running && !this.#beating) this.#beatAfter(0)
  }

  #beatAfter(milliseconds: number): void {
    this.#cancel?.()
    this.#cancel = this.#timers.after(milliseconds, () => {
      this.#beating = this.#beat().finally(() => {
        this.#beating = undefined
        if (this.#running) this.#beatAfter(this.#nextBeatMilliseconds())
      })
    })
  }

  #nextBeatMilliseconds(): number {
    if (this.#failures > 0)
      return Math.min(firstPauseMilliseconds * 2 ** (this.#failures - 1), longestPauseMilliseconds)
    return this.#live?.signal.aborted ? 0 : this.#options.intervalSeconds * 1000
  }

  /** A beat that fails is logged and soon tried again: the database decides who is dead, not we. */
  async #beat(): Promise<void> {
    try {
      await this.#beatOnce()
      this.#failures = 0
    } catch (error) {
      if (error instanceof BootringError && error.code === 'ConductorReplaced') return this.#replaced(error)
      this.#failedAt = this.#timers.now()
      this.#failures += 1
      this.#log.error({ err: error, conductor: this.#options.hostname }, 'heartbeat failed')
    }
  }

  async #beatOnce(): Promise<void> {
    const live = this.#live
    if (!live) return
    if (!live.signal.aborted) {
      const result = await this.#store.heartbeat(live.session)
      if (result === 'alive') return
      live.end()
      if (result === 'replaced') throw this.#replacement()
      this.#log.warn(
        { conductor: this.#options.hostname },
        'others have taken this conductor for dead, or offline; registering again',
      )
    }
    await this.#register(live.session)
    if (this.#running) this.#listener?.onRenewed()
  }

  async #register(renewed: ConductorSession | undefined): Promise<void> {
    const { hostname, conductorGroup, interfaces } = this.#options
    this.#token ??= randomUUID()
    const session = await this.#store.register(hostname, conductorGroup, interfaces, { token: this.#token, renewed })
    this.#token = undefined
    this.#live = new LiveSession(session)
  }

  #replaced(error: BootringError): void {
    this.#running = false
    this.#live = undefined
    this.#log.error({ err: error, conductor: this.#options.hostname }, 'another process has taken this name over')
    this.#listener?.onReplaced(error)
  }

  #replacement(): BootringError {
    return new BootringError(
      'ConductorReplaced',
      `another process has registered as conductor ${this.#options.hostname}: this one ends`,
    )
  }
}
