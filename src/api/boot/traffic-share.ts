/**
 * Permission for work beyond one call a request: at most `share` of the requests, and a few at once. Without a bound, calls
 * that are made again because conductors are slow are what makes them slow.
 */
export class TrafficShare {
  readonly #share: number
  readonly #burst: number
  #saved: number

  /** `share`: 0.1 is one in ten requests; `burst`: how many may be taken at once after a quiet time. */
  constructor(share: number, burst: number) {
    this.#share = share
    this.#burst = share > 0 ? burst : 0
    this.#saved = this.#burst
  }

  /** To be called once for each request. */
  earn(): void {
    this.#saved = Math.min(this.#burst, this.#saved + this.#share)
  }

  take(): boolean {
    if (this.#saved < 1) return false
    this.#saved -= 1
    return true
  }
}
