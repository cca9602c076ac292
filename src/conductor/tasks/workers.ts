import { BootringError } from '../../model/errors.ts'

/** How much a conductor does in the background at once. */
export class Workers {
  readonly #size: number
  readonly #idle = new Set<() => void>()
  #busy = 0
  #closed = false

  constructor(size: number) {
    this.#size = size
  }

  get busy(): number {
    return this.#busy
  }

  /** Takes a worker, before anything is done; call what it returns when the work has ended. Throws `Overloaded`. */
  take(): () => void {
    if (this.#closed) throw new BootringError('Overloaded', 'this conductor is leaving')
    if (this.#busy >= this.#size) {
      throw new BootringError('Overloaded', `all ${this.#size} workers are busy, which is [conductor]workers_pool_size`)
    }
    this.#busy += 1
    let isFree = false
    return () => {
      if (isFree) return
      isFree = true
      this.#busy -= 1
      if (this.#busy > 0) return
      for (const resolve of this.#idle) resolve()
      this.#idle.clear()
    }
  }

  /** The conductor is leaving. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** Takes nothing on any more. */
  close(): void {
    this.#closed = true
  }

  /** Resolves once none is busy. */
  idle(): Promise<void> {
    if (this.#busy === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.add(resolve))
  }
}
