export interface ShareLimits {
  /** Of one address. */
  most: number
  /** Addresses that stand for many clients, and may have any number. Default: none. */
  isExempt?: ((address: string) => boolean) | undefined
}

/** What each client holds of something that all share, by its address. */
export class AddressShares {
  readonly #limits: ShareLimits
  readonly #countByAddress = new Map<string, number>()

  constructor(limits: ShareLimits) {
    this.#limits = limits
  }

  /** Returns what gives it back, to be called once; undefined where the address has its share already. */
  take(address: string): (() => void) | undefined {
    const { isExempt, most } = this.#limits
    const count = this.#countByAddress.get(address) ?? 0
    if (count >= most && isExempt?.(address) !== true) return undefined
    this.#countByAddress.set(address, count + 1)
    return () => {
      const rest = (this.#countByAddress.get(address) ?? 1) - 1
      if (rest === 0) this.#countByAddress.delete(address)
      else this.#countByAddress.set(address, rest)
    }
  }
}
