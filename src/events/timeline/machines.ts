import type { StoredBootEvent } from '../../model/boot-events.ts'
import { firstAt, inOrder } from './event-order.ts'
import { sameClientMilliseconds, sameMacMilliseconds } from './patience.ts'

/**
 * Whose events are whose: by node; where the node was not known, by the node that the same address, or else the same
 * client, asks for around that time; and else by the client alone, which may ask with several NICs that nobody has
 * registered. A client that asks for several nodes is a proxy, and says nothing.
 */
export class Machines {
  readonly #byMac = new Map<string, Names>()
  readonly #byClient = new Map<string, Names>()

  /** Takes note of whom the event names. */
  add(event: StoredBootEvent): void {
    if (event.node_uuid === null) return
    if (event.mac !== null) note(this.#byMac, event.mac, event)
    if (event.client !== null) note(this.#byClient, event.client, event)
  }

  /** The machine of an event, by all that was added so far. */
  keyOf(event: StoredBootEvent): string {
    const { client, mac, node_uuid } = event
    if (node_uuid !== null) return `node ${node_uuid}`
    const ofMac = mac === null ? [] : nodesAround(this.#byMac.get(mac), event, sameMacMilliseconds)
    if (ofMac.length === 1) return `node ${ofMac[0]}`
    const ofClient = client === null ? [] : nodesAround(this.#byClient.get(client), event, sameClientMilliseconds)
    if (ofClient.length === 1) return `node ${ofClient[0]}`
    if (client !== null && ofClient.length === 0) return `client ${client}`
    return mac === null ? `client ${client}` : `mac ${mac}`
  }
}

/** Events that name nodes. */
interface Names {
  readonly events: StoredBootEvent[]
  /** Made when it is asked for, and until there is one more. */
  ordered?: OrderedNames | undefined
}

/** The same in order, and for each the index of the first one after it that names another node. */
interface OrderedNames {
  readonly events: readonly StoredBootEvent[]
  readonly nextOther: readonly number[]
}

function note(names: Map<string, Names>, key: string, event: StoredBootEvent): void {
  const known = names.get(key)
  if (known === undefined) names.set(key, { events: [event] })
  else {
    known.events.push(event)
    known.ordered = undefined
  }
}

function ordered(names: Names): OrderedNames {
  if (names.ordered === undefined) {
    const events = inOrder(names.events)
    names.ordered = { events, nextOther: changesIn(events) }
  }
  return names.ordered
}

function changesIn(events: readonly StoredBootEvent[]): number[] {
  const next = new Array<number>(events.length)
  for (let index = events.length - 1, change = events.length; index >= 0; index -= 1) {
    if (events[index]?.node_uuid !== events[index + 1]?.node_uuid) change = index + 1
    next[index] = change
  }
  return next
}

/** The nodes that are named within a time before and after an event; two stand for many. */
function nodesAround(names: Names | undefined, { at }: StoredBootEvent, within: number): (string | null)[] {
  if (names === undefined) return []
  const { events, nextOther } = ordered(names)
  const first = firstAt(events, at - within)
  // One client may have thousands of events of one node: only its next node is looked for.
  return [first, nextOther[first] ?? events.length]
    .map((index) => events[index])
    .filter((event) => event !== undefined && event.at <= at + within)
    .map((event) => event?.node_uuid ?? null)
}
