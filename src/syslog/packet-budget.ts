interface Account {
  left: number
  filledAt: number
}

export interface PacketBudgetOptions {
  perSecond: number
  burst: number
  /** Of one address. */
  perSecondOfOne: number
  burstOfOne: number
  /** Addresses that are remembered; the one that was silent for longest goes first. */
  maxAddresses: number
}

/** How many packets may come, from one address and all in all. */
export class PacketBudget {
  readonly #options: PacketBudgetOptions
  readonly #now: () => number
  readonly #all: Account
  readonly #ofOne = new Map<string, Account>()

  /** `now` is a monotonic clock in milliseconds. */
  constructor(options: PacketBudgetOptions, now: () => number = () => performance.now()) {
    this.#options = options
    this.#now = now
    this.#all = { left: options.burst, filledAt: now() }
  }

  /** Whether this one is within it. One address's flood takes nothing of what the others may send. */
  take(address: string): 'ok' | 'address' | 'all' {
    const { burst, burstOfOne, perSecond, perSecondOfOne } = this.#options
    if (!this.#spend(this.#accountOf(address), perSecondOfOne, burstOfOne)) return 'address'
    return this.#spend(this.#all, perSecond, burst) ? 'ok' : 'all'
  }

  #accountOf(address: string): Account {
    const known = this.#ofOne.get(address)
    const account = known ?? { left: this.#options.burstOfOne, filledAt: this.#now() }
    // Behind all others.
    if (known !== undefined) this.#ofOne.delete(address)
    this.#ofOne.set(address, account)
    const oldest = this.#ofOne.size > this.#options.maxAddresses ? this.#ofOne.keys().next().value : undefined
    if (oldest !== undefined) this.#ofOne.delete(oldest)
    return account
  }

  #spend(account: Account, perSecond: number, burst: number): boolean {
    const now = this.#now()
    account.left = Math.min(burst, account.left + ((now - account.filledAt) / 1000) * perSecond)
    account.filledAt = now
    if (account.left < 1) return false
    account.left -= 1
    return true
  }
}
