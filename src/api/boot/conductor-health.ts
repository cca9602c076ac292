/** How long a conductor that failed is tried last, at first; twice as long each time that it fails the trial after it. */
const firstSuspensionMilliseconds = 1_000
const longestSuspensionMilliseconds = 15_000
/** So often in a row others must have answered first, though asked later, before a conductor that says nothing counts as gone. */
const overtakenLimit = 3
/** Conductors that nobody has asked for so long have left the fleet. */
const forgottenAfterMilliseconds = 300_000

interface Suspension {
  sinceMilliseconds: number
  untilMilliseconds: number
  lengthMilliseconds: number
  /** It had not answered in time, and may still be there. */
  isLate: boolean
  /** A request is out that shall tell whether it is back. */
  onTrial: boolean
}

/** What is remembered of a conductor, suspended or not. */
interface Seen {
  heardAtMilliseconds: number
  /** Times in a row. */
  overtaken: number
  readonly waiting: Set<() => void>
}

/** Conductors in the order in which a request should ask them. */
export interface Candidates {
  readonly order: readonly string[]
  /** The first is one that failed lately, and this request is its trial. */
  readonly trial: boolean
  /** Why the owner is not the first. */
  readonly passedBy?: 'failed' | 'late'
}

/**
 * Which conductors failed lately: a circuit breaker for each. One that has just failed is tried last for a short time; then one
 * request tries it in its proper place, while others still pass it by. It is never left out: where all others fail, it is asked.
 */
export class ConductorHealth {
  readonly #now: () => number
  readonly #suspensions = new Map<string, Suspension>()
  readonly #seen = new Map<string, Seen>()

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** How many conductors are being tried last; for the metric. */
  get suspended(): number {
    this.#forgetSuspensions()
    return this.#suspensions.size
  }

  /** Puts those that failed lately last. */
  candidates(order: readonly string[]): Candidates {
    const [owner] = order
    if (this.#suspensions.size === 0 || owner === undefined) return { order, trial: false }
    this.#forgetSuspensions()
    const trial = order.length > 1 && this.#beginTrial(owner)
    const suspension = trial ? undefined : this.#suspensions.get(owner)
    const sound = order.filter((hostname) => (trial && hostname === owner) || !this.#suspensions.has(hostname))
    const sorted = [...sound, ...order.filter((hostname) => !sound.includes(hostname))]
    if (suspension === undefined || sorted[0] === owner) return { order: sorted, trial }
    return { order: sorted, trial, passedBy: suspension.isLate ? 'late' : 'failed' }
  }

  /** It answered, with whatever. */
  answered(hostname: string): void {
    const seen = this.#of(hostname)
    seen.heardAtMilliseconds = this.#now()
    seen.overtaken = 0
    if (this.#suspensions.size > 0) this.#suspensions.delete(hostname)
  }

  /** The time, for `failed`. */
  now(): number {
    return this.#now()
  }

  /** It could not be reached, or did not answer in time (`isLate`), when it was asked at `askedAt`. */
  failed(hostname: string, askedAt = this.#now(), isLate = false): void {
    const seen = this.#of(hostname)
    // It has answered others that asked later: it is there. Where all are too slow, each late answer would send everybody on.
    if (askedAt < seen.heardAtMilliseconds) return
    const before = this.#suspensions.get(hostname)
    const now = this.#now()
    // Calls that were under way when it failed fail too: they say nothing new.
    if (before !== undefined && askedAt < before.sinceMilliseconds) return
    if (before !== undefined && !before.onTrial && now < before.untilMilliseconds) return
    const lengthMilliseconds =
      before === undefined
        ? firstSuspensionMilliseconds
        : Math.min(before.lengthMilliseconds * 2, longestSuspensionMilliseconds)
    const untilMilliseconds = now + lengthMilliseconds
    seen.overtaken = 0
    const suspension = { sinceMilliseconds: now, untilMilliseconds, lengthMilliseconds, isLate, onTrial: false }
    this.#suspensions.set(hostname, suspension)
    // Once: who waits for one that had failed before does so because all others have.
    if (before === undefined) for (const passOn of [...seen.waiting]) passOn()
  }

  /** Another conductor, asked later, has answered first. */
  overtaken(hostname: string): void {
    const seen = this.#of(hostname)
    seen.overtaken += 1
    if (this.#suspensions.get(hostname)?.onTrial || seen.overtaken >= overtakenLimit)
      this.failed(hostname, this.#now(), true)
  }

  /** Calls `passOn` when this conductor fails for somebody else, until the function that is returned is called. */
  whileWaitingFor(hostname: string, passOn: () => void): () => void {
    const { waiting } = this.#of(hostname)
    waiting.add(passOn)
    return () => {
      waiting.delete(passOn)
    }
  }

  #beginTrial(hostname: string): boolean {
    const suspension = this.#suspensions.get(hostname)
    if (suspension === undefined || this.#now() < suspension.untilMilliseconds) return false
    if (suspension.onTrial) return false
    suspension.onTrial = true
    return true
  }

  #forgetSuspensions(): void {
    const now = this.#now()
    for (const [hostname, { untilMilliseconds }] of this.#suspensions)
      if (now > untilMilliseconds + forgottenAfterMilliseconds) this.#suspensions.delete(hostname)
  }

  #of(hostname: string): Seen {
    const known = this.#seen.get(hostname)
    if (known !== undefined) return known
    // Where names change all the time, those of old must not pile up.
    const now = this.#now()
    for (const [other, { heardAtMilliseconds, waiting }] of this.#seen)
      if (waiting.size === 0 && now > heardAtMilliseconds + forgottenAfterMilliseconds) this.#seen.delete(other)
    const seen = { heardAtMilliseconds: Number.NEGATIVE_INFINITY, overtaken: 0, waiting: new Set<() => void>() }
    this.#seen.set(hostname, seen)
    return seen
  }
}
