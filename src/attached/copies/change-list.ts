import { randomUUID } from 'node:crypto'

export interface ChangeListOptions {
  /** Changes that come within this time are told together. Default: 200. */
  batchMilliseconds?: number
  /** Removals to remember. */
  maxRemovals: number
  /** Callers that may wait at once. */
  maxWaiting: number
}

/** A part of the changes, in their order. */
export interface Changes<V> {
  /** They begin anew: what neither this part nor those after it name is not there. */
  restarted: boolean
  set: V[]
  /** Keys. */
  removed: string[]
  /** Where the next part begins. */
  next: number
  more: boolean
}

/** Values by key, with the order in which they changed, for others to follow. It begins anew with each process: see `epoch`. */
export class ChangeList<V> {
  readonly epoch: string = randomUUID()
  readonly #options: Required<ChangeListOptions>
  /** Both in the order of their numbers. */
  readonly #values = new Map<string, { number: number; value: V }>()
  readonly #removed = new Map<string, number>()
  readonly #waiting = new Set<() => void>()
  /** 0 is for those who never asked. */
  #last = 1
  #forgotten = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ChangeListOptions) {
    this.#options = { batchMilliseconds: 200, ...options }
  }

  get size(): number {
    return this.#values.size
  }

  get(key: string): V | undefined {
    return this.#values.get(key)?.value
  }

  values(): V[] {
    return [...this.#values.values()].map(({ value }) => value)
  }

  set(key: string, value: V): void {
    this.#values.delete(key)
    this.#removed.delete(key)
    this.#values.set(key, { number: this.#nextNumber(), value })
  }

  delete(key: string): void {
    if (!this.#values.delete(key)) return
    this.#removed.set(key, this.#nextNumber())
    for (const [oldest, number] of this.#removed) {
      if (this.#removed.size <= this.#options.maxRemovals) break
      this.#removed.delete(oldest)
      this.#forgotten = number
    }
  }

  /** The first `limit` changes after `since` of this epoch; all that is there where that can't be told. */
  changes(epoch: string, since: number, limit: number): Changes<V> {
    const restarted = epoch !== this.epoch || since === 0 || since < this.#forgotten || since > this.#last
    const after = restarted ? 0 : since
    const found: { number: number; value?: V; key?: string }[] = []
    for (const entry of this.#values.values()) if (entry.number > after) found.push(entry)
    if (!restarted) for (const [key, number] of this.#removed) if (number > after) found.push({ number, key })
    found.sort((one, other) => one.number - other.number)
    const part = found.slice(0, limit)
    const more = part.length < found.length
    return {
      restarted,
      set: part.flatMap(({ value }) => (value === undefined ? [] : [value])),
      removed: part.flatMap(({ key }) => (key === undefined ? [] : [key])),
      next: more ? (part.at(-1)?.number ?? after) : this.#last,
      more,
    }
  }

  /** Waits until there are changes after `since`, `seconds` have passed, or too many are waiting. */
  async wait(epoch: string, since: number, seconds: number): Promise<void> {
    if (!this.wouldWait(epoch, since, seconds)) return
    if (this.#waiting.size >= this.#options.maxWaiting) return
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#waiting.delete(end)
        resolve()
      }
      const timer = setTimeout(end, seconds * 1000)
      timer.unref()
      this.#waiting.add(end)
    })
  }

  /** Whether there is nothing to tell at once. */
  wouldWait(epoch: string, since: number, seconds: number): boolean {
    return epoch === this.epoch && since === this.#last && seconds > 0 && !this.#closed
  }

  /** Whether so many wait already that nobody else may. */
  get full(): boolean {
    return this.#waiting.size >= this.#options.maxWaiting
  }

  /** Nobody waits any longer. */
  close(): void {
    this.#closed = true
    this.#tell()
  }

  #nextNumber(): number {
    this.#timer ??= setTimeout(() => this.#tell(), this.#options.batchMilliseconds)
    this.#last += 1
    return this.#last
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const end of [...this.#waiting]) end()
  }
}
