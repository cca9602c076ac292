import type { BootTarget } from '../../model/node.ts'

export interface LastKnownGoodOptions {
  /** `[bootring]stale_boot_seconds`. */
  staleBootSeconds: number
  maxMachines?: number
  maxBytes?: number
}

/** A script that was served, and how old the database's word is that its node may have it. */
export interface KnownBoot {
  readonly node: BootTarget
  readonly script: string
  readonly conductor: string
  readonly ageSeconds: number
}

/** One request's view of a machine, from before the database is asked. To be ended, whatever comes of it. */
export interface Sighting {
  /** The database has answered: with the machine's node, or, by undefined, that none is there or that it may not boot. */
  saw(node: BootTarget | undefined): void
  /** The script that a conductor gave for the node that was seen last. */
  served(fileName: string, script: string, conductor: string): void
  end(): void
}

interface Machine {
  readonly node: BootTarget
  readonly files: Map<string, { script: string; conductor: string; askedAt: number; bytes: number }>
}

/** What is known of a machine while requests for it are under way: what the question that was sent last has brought. */
interface Watch {
  requests: number
  askedAt: number
  node: BootTarget | undefined
}

/** What an entry takes besides its script, roughly. */
const overheadBytes = 1024

/**
 * Scripts that were served, for the time in which the database can't say whether they still may be. An entry says: at this
 * time, taken before the database was asked, it said that the machine's node is in this state, in which it may boot. It is
 * good for `staleBootSeconds` from then, and gone as soon as the database says anything else.
 */
export class LastKnownGood {
  readonly #staleMilliseconds: number
  readonly #maxMachines: number
  readonly #maxBytes: number
  readonly #now: () => number
  /** By address, the one used longest ago first. */
  readonly #machines = new Map<string, Machine>()
  readonly #watches = new Map<string, Watch>()
  #bytes = 0

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    { staleBootSeconds, maxMachines = 10_000, maxBytes = 32 * 1024 * 1024 }: LastKnownGoodOptions,
    now: () => number = () => performance.now(),
  ) {
    this.#staleMilliseconds = staleBootSeconds * 1000
    this.#maxMachines = maxMachines
    this.#maxBytes = maxBytes
    this.#now = now
  }

  get size(): number {
    return this.#machines.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** To be called before the database is asked. */
  watch(mac: string): Sighting {
    const askedAt = this.#now()
    const watch = this.#watches.get(mac) ?? { requests: 0, askedAt: Number.NEGATIVE_INFINITY, node: undefined }
    watch.requests += 1
    this.#watches.set(mac, watch)
    let seen: BootTarget | undefined
    return {
      saw: (node) => {
        seen = node
        if (askedAt >= watch.askedAt) {
          watch.askedAt = askedAt
          watch.node = node
        }
        const machine = this.#machines.get(mac)
        if (machine !== undefined && !isSame(machine.node, node)) this.#forget(mac)
      },
      served: (fileName, script, conductor) => {
        // Another request has asked later, and was told something else.
        if (seen === undefined || !isSame(seen, watch.node)) return
        this.#remember(mac, seen, fileName, { script, conductor, askedAt })
      },
      end: () => {
        watch.requests -= 1
        if (watch.requests === 0) this.#watches.delete(mac)
      },
    }
  }

  /** The script for a machine, where it is still good. Only for when the database does not answer. */
  recall(mac: string, fileName: string): KnownBoot | undefined {
    const machine = this.#machines.get(mac)
    const file = machine?.files.get(fileName)
    if (machine === undefined || file === undefined) return undefined
    const age = this.#now() - file.askedAt
    if (age > this.#staleMilliseconds) {
      this.#forget(mac)
      return undefined
    }
    return { node: machine.node, script: file.script, conductor: file.conductor, ageSeconds: age / 1000 }
  }

  #remember(
    mac: string,
    node: BootTarget,
    fileName: string,
    served: { script: string; conductor: string; askedAt: number },
  ): void {
    const files: Machine['files'] = this.#machines.get(mac)?.files ?? new Map()
    const previous = files.get(fileName)
    if (previous !== undefined && previous.askedAt > served.askedAt) return
    const bytes = Buffer.byteLength(served.script) + overheadBytes
    this.#bytes += bytes - (previous?.bytes ?? 0)
    files.set(fileName, { ...served, bytes })
    this.#machines.delete(mac)
    this.#machines.set(mac, { node, files })
    for (const oldest of this.#machines.keys()) {
      if (this.#machines.size <= this.#maxMachines && this.#bytes <= this.#maxBytes) break
      this.#forget(oldest)
    }
  }

  #forget(mac: string): void {
    for (const { bytes } of this.#machines.get(mac)?.files.values() ?? []) this.#bytes -= bytes
    this.#machines.delete(mac)
  }
}

function isSame(one: BootTarget, other: BootTarget | undefined): boolean {
  return (
    other !== undefined &&
    one.nodeUuid === other.nodeUuid &&
    one.provisionState === other.provisionState &&
    one.driver === other.driver &&
    one.conductorGroup === other.conductorGroup
  )
}
