import type { StoredBootEvent } from '../../model/boot-events.ts'
import { inOrder } from './event-order.ts'
import { Machines } from './machines.ts'
import type { Sight } from './sight.ts'
import { splitBoots } from './split-boots.ts'
import { type BootWithEvents, toBoot } from './to-boot.ts'
import { judge } from './verdict.ts'

export interface Timeline {
  /** Newest first. */
  boots: BootWithEvents[]
  /** Events that belong to no boot, in order. */
  others: StoredBootEvent[]
}

/** All events of one machine, and what they were joined to. Anybody can have thousands counted to one: none is looked for among them. */
interface Machine {
  readonly events: Set<StoredBootEvent>
  boots: BootWithEvents[]
  others: StoredBootEvent[]
}

/**
 * Joins events to boots as they come: in any order, and some of them twice. What a new event does not concern is not
 * looked at again.
 */
export class BootJoin {
  readonly #sight: Sight
  readonly #names = new Machines()
  readonly #machines = new Map<string, Machine>()
  /** Machines that are to be joined anew. */
  readonly #touched = new Set<string>()
  /** By their time and request: those that are the same have the same. A flood leaves hundreds at one time. */
  readonly #alike = new Map<string, StoredBootEvent[]>()
  /** Events without a node, and the machine that each is counted to: events that come later may name it. */
  readonly #unnamed = new Map<StoredBootEvent, string | undefined>()
  #size = 0

  constructor(sight: Sight) {
    this.#sight = sight
  }

  /** How many events there are. */
  get size(): number {
    return this.#size
  }

  take(events: Iterable<StoredBootEvent>): void {
    const named = new Set<string | null>()
    for (const event of inOrder(events)) {
      if (!this.#isNew(event)) continue
      this.#size += 1
      this.#names.add(event)
      if (event.node_uuid === null) this.#unnamed.set(event, undefined)
      else {
        named.add(event.mac).add(event.client)
        this.#put(event, this.#names.keyOf(event))
      }
    }
    named.delete(null)
    for (const [event, before] of this.#unnamed) {
      if (before !== undefined && !named.has(event.mac) && !named.has(event.client)) continue
      const key = this.#names.keyOf(event)
      if (key === before) continue
      if (before !== undefined) this.#takeAway(event, before)
      this.#unnamed.set(event, key)
      this.#put(event, key)
    }
  }

  /** The boots that are new or stand otherwise than they did when this was called before. */
  changes(now: number): BootWithEvents[] {
    const changed: BootWithEvents[] = []
    // Time alone changes those only that were under way.
    for (const [key, machine] of this.#machines)
      if (!this.#touched.has(key)) machine.boots = machine.boots.map((one) => this.#aged(one, now, changed))
    for (const key of this.#touched) {
      const machine = this.#machines.get(key)
      if (machine !== undefined) this.#join(machine, now, changed)
      if (machine?.events.size === 0) this.#machines.delete(key)
    }
    this.#touched.clear()
    return changed
  }

  /** As it was at the last call of `changes`. */
  timeline(): Timeline {
    const all = [...this.#machines.values()]
    return {
      boots: all.flatMap(({ boots }) => boots).sort((a, b) => b.boot.id - a.boot.id),
      others: inOrder(all.flatMap(({ others }) => others)),
    }
  }

  /** Whoever wrote an event and got no answer has written it again, under another id: the lowest counts. */
  #isNew(event: StoredBootEvent): boolean {
    const key = `${event.at} ${event.request_id}`
    const alike = this.#alike.get(key)
    if (alike === undefined) {
      this.#alike.set(key, [event])
      return true
    }
    const index = alike.findIndex((other) => isSame(other, event))
    const known = alike[index]
    if (known !== undefined && known.id <= event.id) return false
    if (known === undefined) alike.push(event)
    else {
      alike[index] = event
      this.#takeAway(known, this.#unnamed.get(known) ?? this.#names.keyOf(known))
      this.#unnamed.delete(known)
      this.#size -= 1
    }
    return true
  }

  #put(event: StoredBootEvent, key: string): void {
    let machine = this.#machines.get(key)
    if (machine === undefined) {
      machine = { events: new Set(), boots: [], others: [] }
      this.#machines.set(key, machine)
    }
    machine.events.add(event)
    this.#touched.add(key)
  }

  #takeAway(event: StoredBootEvent, key: string): void {
    const machine = this.#machines.get(key)
    if (machine === undefined) return
    machine.events.delete(event)
    this.#touched.add(key)
  }

  #join(machine: Machine, now: number, changed: BootWithEvents[]): void {
    const before = new Map(machine.boots.map((one) => [one.boot.id, one]))
    const { boots, others } = splitBoots(inOrder(machine.events))
    machine.others = others
    machine.boots = boots.map((events) => {
      const one = { boot: toBoot(events, now, this.#sight), events }
      const known = before.get(one.boot.id)
      if (known !== undefined && isAlike(known, one)) return known
      changed.push(one)
      return one
    })
  }

  #aged(one: BootWithEvents, now: number, changed: BootWithEvents[]): BootWithEvents {
    if (one.boot.verdict !== 'under way') return one
    const judgement = judge(one.events, now, this.#sight)
    if (judgement.verdict === one.boot.verdict) return one
    const aged = { ...one, boot: { ...one.boot, ...judgement } }
    changed.push(aged)
    return aged
  }
}

/** What several hosts have read in Ironic's database, each has written. */
function isSame(a: StoredBootEvent, b: StoredBootEvent): boolean {
  if (a.id === b.id) return true
  const isIronics = a.request_id === null && (a.kind === 'heartbeat' || a.kind === 'state')
  return (
    (isIronics || a.server === b.server) &&
    a.request_id === b.request_id &&
    a.mac === b.mac &&
    a.client === b.client &&
    a.kind === b.kind &&
    a.name === b.name &&
    a.node_uuid === b.node_uuid &&
    a.outcome === b.outcome &&
    a.reason === b.reason
  )
}

/** Whether a boot stands as it stood before. */
function isAlike(a: BootWithEvents, b: BootWithEvents): boolean {
  return (
    a.boot.verdict === b.boot.verdict &&
    a.boot.reason === b.boot.reason &&
    a.events.length === b.events.length &&
    a.events.every(({ id }, index) => id === b.events[index]?.id)
  )
}
