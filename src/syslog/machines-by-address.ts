import type { BootEvent, BootEventReader } from '../model/boot-events.ts'

/** Which machine an address is of. */
export type Machine = Pick<BootEvent, 'mac' | 'node_uuid' | 'node_name'>

export const nobody: Machine = { mac: null, node_uuid: null, node_name: null }

/** By what a machine is known that has just got its script: events of other kinds know no more than these. */
const kinds = ['script', 'lookup', 'heartbeat'] as const
/** A boot that was longer ago may have been of another machine. */
const memoryMilliseconds = 24 * 3_600_000
const freshMilliseconds = 30_000
/** Its script was served a moment ago, and the event is not stored yet. */
const freshMillisecondsOfNobody = 2_000
const maxAddresses = 4096
const maxQuestions = 8

interface Known {
  machine: Promise<Machine>
  /** Good from then, until then. */
  since: number
  until: number
}

/** Which machine has an address, by the last boot from there. Remembers a few thousand addresses for a few seconds. */
export class MachinesByAddress {
  readonly #reader: Pick<BootEventReader, 'events'>
  readonly #now: () => number
  readonly #known = new Map<string, Known>()
  #questions = 0

  /** `now` is the time of day in milliseconds. */
  constructor(reader: Pick<BootEventReader, 'events'>, now: () => number = () => Date.now()) {
    this.#reader = reader
    this.#now = now
  }

  /** Never rejects: where the store is away, or asked too much already, nobody is known. */
  find(address: string): Promise<Machine> {
    const known = this.#known.get(address)
    const now = this.#now()
    if (known !== undefined && known.since <= now && now < known.until) return known.machine
    if (this.#questions >= maxQuestions) return Promise.resolve(nobody)
    const asked: Known = { machine: this.#ask(address), since: now, until: Number.POSITIVE_INFINITY }
    this.#known.delete(address)
    this.#known.set(address, asked)
    const oldest = this.#known.size > maxAddresses ? this.#known.keys().next().value : undefined
    if (oldest !== undefined) this.#known.delete(oldest)
    void asked.machine.then((machine) => {
      asked.until = this.#now() + (machine === nobody ? freshMillisecondsOfNobody : freshMilliseconds)
    })
    return asked.machine
  }

  async #ask(client: string): Promise<Machine> {
    this.#questions += 1
    try {
      const [last] = await this.#reader.events({ client, kinds, since: this.#now() - memoryMilliseconds }, 1)
      if (last === undefined) return nobody
      const { mac, node_name, node_uuid } = last
      return { mac, node_uuid, node_name }
    } catch {
      return nobody
    } finally {
      this.#questions -= 1
    }
  }
}
