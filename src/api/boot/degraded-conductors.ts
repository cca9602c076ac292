import type { DecisionCode } from './boot-decision.ts'
import type { ConductorAttempt } from './conductor-attempts.ts'

/** What one conductor could not do, others may: for so long after it, it counts as unable to work for anybody. */
const rememberedMilliseconds = 3_000

/** Failures that say something of the conductor. All others say something of the node, and would be the same in good health. */
const ownFailures: ReadonlySet<DecisionCode> = new Set([
  'BootConfigUnavailable',
  'ConductorsDegraded',
  'ConductorUnreachable',
  'DatabaseUnavailable',
  'Overloaded',
])

/**
 * Which conductors could not do their work a moment ago, be it that they lack their database, are overloaded or gone. When
 * that holds for all that are alive, it is a fact about the installation and no longer about a node.
 */
export class DegradedConductors {
  readonly #now: () => number
  readonly #seenAt = new Map<string, number>()

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The attempts of a request that ended with `ConductorsDegraded`. */
  note(attempts: readonly ConductorAttempt[]): void {
    const now = this.#now()
    for (const [hostname, at] of this.#seenAt) {
      if (now - at > rememberedMilliseconds) this.#seenAt.delete(hostname)
    }
    for (const { conductor, error } of attempts) {
      if (error !== undefined && (error.timedOut || ownFailures.has(error.code))) this.#seenAt.set(conductor, now)
    }
  }

  /** Whether none of these, and there are some, could do its work a moment ago. */
  areAll(hostnames: readonly string[]): boolean {
    if (this.#seenAt.size === 0 || hostnames.length === 0) return false
    const oldest = this.#now() - rememberedMilliseconds
    return hostnames.every((hostname) => (this.#seenAt.get(hostname) ?? Number.NEGATIVE_INFINITY) >= oldest)
  }
}
