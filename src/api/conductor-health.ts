/** How long a conductor that failed is tried last, at first; twice as long each time that it fails the trial after it. */
const firstSuspensionMilliseconds = 1_000
const longestSuspensionMilliseconds = 15_000
/** So often in a row others must have answered first, though asked later, before a conductor that says nothing counts as gone. */
const overtakenLimit = 3
/** Conductors that nobody has asked for so long after their suspension have left the fleet. */
const forgottenAfterMilliseconds = 300_000

interface Suspension {
  untilMilliseconds: number
  lengthMilliseconds: number
  /** A request is out that shall tell whether it is back. */
  onTrial: boolean
}

/** Conductors in the order in which a request should ask them. */
export interface Candidates {
  readonly order: readonly string[]
  /** The first is one that failed lately, and this request is its trial. */
  readonly trial: boolean
}

/**
 * Which conductors failed lately: a circuit breaker for each. One that has just failed is tried last for a short time; then one
 * request tries it in its proper place, while others still pass it by. It is never left out: where all others fail, it is asked.
 */
export class ConductorHealth {
  readonly #now: () => number
  readonly #suspensions = new Map<string, Suspension>()
  readonly #overtaken = new Map<string, number>()
  readonly #waiting = new Map<string, Set<() => void>>()

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** How many conductors are being tried last; for the metric. */
  get suspended(): number {
    return this.#suspensions.size
  }

  /** Puts those that failed lately last. */
  candidates(order: readonly string[]): Candidates {
    const [owner] = order
    if (this.#suspensions.size === 0 || owner === undefined) return { order, trial: false }
    const trial = order.length > 1 && this.#beginTrial(owner)
    const sound = order.filter((hostname) => (trial && hostname === owner) || !this.#suspensions.has(hostname))
    return { order: [...sound, ...order.filter((hostname) => !sound.includes(hostname))], trial }
  }

  /** It answered, with whatever. */
  answered(hostname: string): void {
    this.#suspensions.delete(hostname)
    this.#overtaken.delete(hostname)
  }

  /** It could not be reached, or did not answer in time. */
  failed(hostname: string): void {
    const before = this.#suspensions.get(hostname)
    const now = this.#now()
    // Calls that were under way when it failed fail too: they say nothing new.
    if (before !== undefined && !before.onTrial && now < before.untilMilliseconds) return
    const lengthMilliseconds =
      before === undefined
        ? firstSuspensionMilliseconds
        : Math.min(before.lengthMilliseconds * 2, longestSuspensionMilliseconds)
    for (const [other, { untilMilliseconds }] of this.#suspensions)
      if (now > untilMilliseconds + forgottenAfterMilliseconds) this.#suspensions.delete(other)
    this.#overtaken.delete(hostname)
    this.#suspensions.set(hostname, { untilMilliseconds: now + lengthMilliseconds, lengthMilliseconds, onTrial: false })
    // Once: who waits for one that had failed before does so because all others have.
    if (before === undefined) for (const passOn of [...(this.#waiting.get(hostname) ?? [])]) passOn()
  }

  /** Another conductor, asked later, has answered first. */
  overtaken(hostname: string): void {
    const times = (this.#overtaken.get(hostname) ?? 0) + 1
    this.#overtaken.set(hostname, times)
    if (this.#suspensions.get(hostname)?.onTrial || times >= overtakenLimit) this.failed(hostname)
  }

  /** Calls `passOn` when this conductor fails for somebody else, until the function that is returned is called. */
  whileWaitingFor(hostname: string, passOn: () => void): () => void {
    let waiting = this.#waiting.get(hostname)
    if (waiting === undefined) {
      waiting = new Set()
      this.#waiting.set(hostname, waiting)
    }
    const members = waiting
    members.add(passOn)
    return () => {
      members.delete(passOn)
    }
  }

  #beginTrial(hostname: string): boolean {
    const suspension = this.#suspensions.get(hostname)
    if (suspension === undefined || this.#now() < suspension.untilMilliseconds) return false
    if (suspension.onTrial) return false
    suspension.onTrial = true
    return true
  }
}
