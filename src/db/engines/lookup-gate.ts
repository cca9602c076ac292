import { BootringError } from '../../model/errors.ts'
import type { Translate } from '../translate.ts'

export interface LookupGateOptions {
  /** How many are sent at once: more than there are connections would only wait elsewhere, where nobody counts them. */
  atOnce: number
  /** How long a look-up may take, its wait for its turn included. */
  timeoutSeconds: number
  /** What a driver's error means. */
  translate: Translate
  /** The database no longer answers anybody: the connections that are open are of no use any more. */
  onSilence: () => void
}

/** Sends the question, and gives it up, with its connection, after so many milliseconds: the gate no longer waits then. */
export type Ask<T> = (milliseconds: number) => Promise<T>

/** Each of the look-ups at work may have so many others behind it; with those at hand in milliseconds, all are met in time. */
const waitingForEach = 256

/** The driver, which then breaks off the connection, must not be quicker than the gate, which would take that for an answer. */
const graceMilliseconds = 100

/** One look-up on its way. */
interface Pending {
  readonly beganAt: number
  /** Set until it is its turn. */
  begin: (() => void) | undefined
  readonly fail: (error: unknown) => void
}

/**
 * What stands between thousands of machines that boot at once and a database that is slow or gone. Look-ups go to it so
 * many at a time, the others in turn, each with a deadline and all together with a limit. A database that lets a
 * deadline pass without a word to anybody has fallen silent: from then on one look-up at a time finds out whether it is
 * back, and all others fail at once instead of waiting for nothing.
 */
export class LookupGate {
  readonly #options: LookupGateOptions
  readonly #timeoutMilliseconds: number
  readonly #now: () => number
  /** In the order of their beginnings, which is that of their deadlines: one timer watches over all. */
  readonly #pending = new Set<Pending>()
  readonly #waiting = new Set<Pending>()
  #timer: NodeJS.Timeout | undefined
  #running = 0
  #heardAt = Number.NEGATIVE_INFINITY
  #silent = false
  #probe: Pending | undefined

  /** `now` is a monotonic clock in milliseconds. */
  constructor(options: LookupGateOptions, now: () => number = () => performance.now()) {
    this.#options = options
    this.#timeoutMilliseconds = options.timeoutSeconds * 1000
    this.#now = now
  }

  /** Look-ups that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Nobody is answered at present. */
  get isSilent(): boolean {
    return this.#silent
  }

  /** The answer. Throws `DatabaseUnavailable`, `Overloaded` where too many wait already, and what `translate` makes of errors. */
  run<T>(ask: Ask<T>): Promise<T> {
    const { atOnce } = this.#options
    if (this.#silent && this.#probe !== undefined) return Promise.reject(this.#unanswered('does not answer'))
    const mustWait = !this.#silent && this.#running >= atOnce
    if (mustWait && this.#waiting.size >= atOnce * waitingForEach) {
      const message = `${this.#waiting.size} look-ups wait for the database already ([database]max_pool_size is ${atOnce})`
      return Promise.reject(new BootringError('Overloaded', message))
    }
    return new Promise((resolve, reject) => {
      const pending: Pending = { beganAt: this.#now(), begin: undefined, fail: reject }
      this.#pending.add(pending)
      this.#arm()
      if (this.#silent) this.#probe = pending
      if (!mustWait) {
        this.#begin(pending, ask, resolve)
        return
      }
      pending.begin = () => this.#begin(pending, ask, resolve)
      this.#waiting.add(pending)
    })
  }

  #begin<T>(pending: Pending, ask: Ask<T>, resolve: (answer: T) => void): void {
    this.#running += 1
    this.#ask(ask, pending.beganAt + this.#timeoutMilliseconds).then(
      (answer) => {
        this.#settled(pending)
        resolve(answer)
      },
      (error) => {
        this.#settled(pending)
        pending.fail(error)
      },
    )
  }

  /** A connection that broke while nobody used it is found out by the first who does: that one asks again, on another. */
  async #ask<T>(ask: Ask<T>, deadline: number): Promise<T> {
    try {
      return await ask(deadline - this.#now() + graceMilliseconds)
    } catch (error) {
      const failure = this.#options.translate(error)
      const left = deadline - this.#now()
      if (!(failure instanceof BootringError && failure.code === 'DatabaseUnavailable') || left <= 0) throw failure
      try {
        return await ask(left + graceMilliseconds)
      } catch (again) {
        throw this.#options.translate(again)
      }
    }
  }

  /** The database, or whoever stands in its place, has said something, be it that it refuses; unless it was too late. */
  #settled(pending: Pending): void {
    this.#running -= 1
    if (this.#pending.delete(pending)) {
      this.#heardAt = this.#now()
      this.#silent = false
    }
    if (this.#probe === pending) this.#probe = undefined
    for (const next of this.#waiting) {
      if (this.#running >= this.#options.atOnce) break
      this.#waiting.delete(next)
      next.begin?.()
    }
  }

  #arm(): void {
    if (this.#timer !== undefined) return
    const [oldest] = this.#pending
    if (oldest === undefined) return
    const left = oldest.beganAt + this.#timeoutMilliseconds - this.#now()
    this.#timer = setTimeout(() => this.#look(), Math.max(1, left))
    // Whoever is being waited for keeps the process alive.
    this.#timer.unref()
  }

  /** Nearly always finds those that it was set for gone, and waits for the next. */
  #look(): void {
    this.#timer = undefined
    const oldestAllowed = this.#now() - this.#timeoutMilliseconds
    for (const pending of this.#pending) {
      if (pending.beganAt > oldestAllowed) break
      this.#giveUp(pending, `no answer within ${this.#options.timeoutSeconds} s`)
      if (this.#heardAt < pending.beganAt) this.#fallSilent()
    }
    this.#arm()
  }

  #giveUp(pending: Pending, reason: string): void {
    this.#pending.delete(pending)
    this.#waiting.delete(pending)
    if (this.#probe === pending) this.#probe = undefined
    pending.fail(this.#unanswered(reason))
  }

  #fallSilent(): void {
    if (this.#silent) return
    this.#silent = true
    for (const pending of this.#waiting) this.#giveUp(pending, 'does not answer')
    this.#options.onSilence()
  }

  #unanswered(reason: string): unknown {
    return this.#options.translate(Object.assign(new Error(reason), { code: 'POOL_TIMEOUT' }))
  }
}
