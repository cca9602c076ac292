const maxNodes = 4096
/** Firmware fetches what a script names within minutes. What comes later belongs to another boot. */
const keptMilliseconds = 10 * 60 * 1000

/**
 * In which traces nodes were given their scripts by this conductor. Firmware brings no trace along: by this, the files that a script sends it to
 * belong to the trace of the script.
 */
export class ScriptTraces {
  readonly #now: () => number
  readonly #known = new Map<string, { traceparent: string; at: number }>()

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  note(nodeUuid: string, traceparent: string): void {
    this.#known.delete(nodeUuid)
    this.#known.set(nodeUuid, { traceparent, at: this.#now() })
    const [oldest] = this.#known.keys()
    if (oldest !== undefined && this.#known.size > maxNodes) this.#known.delete(oldest)
  }

  of(nodeUuid: string): string | undefined {
    const known = this.#known.get(nodeUuid)
    return known !== undefined && this.#now() - known.at < keptMilliseconds ? known.traceparent : undefined
  }
}
