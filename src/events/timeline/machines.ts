import type { StoredBootEvent } from '../../model/boot-events.ts'
import { firstAt } from './event-order.ts'
import { sameClientMilliseconds, sameMacMilliseconds } from './patience.ts'

/**
 * Whose events are whose: by node; where the node was not known, by the node that the same address, or else the same
 * client, asks for around that time; and else by the client alone, which may ask with several NICs that nobody has
 * registered. A client that asks for several nodes is a proxy, and says nothing. Events are in order, and stay so.
 */
export function machinesOf(events: readonly StoredBootEvent[]): StoredBootEvent[][] {
  const known = events.filter(({ node_uuid }) => node_uuid !== null)
  const byMac = namesBy(known, 'mac')
  const byClient = namesBy(known, 'client')
  const keyOf = (event: StoredBootEvent): string => {
    const { client, mac, node_uuid } = event
    if (node_uuid !== null) return `node ${node_uuid}`
    const ofMac = mac === null ? [] : nodesAround(byMac.get(mac), event, sameMacMilliseconds)
    if (ofMac.length === 1) return `node ${ofMac[0]}`
    const ofClient = client === null ? [] : nodesAround(byClient.get(client), event, sameClientMilliseconds)
    if (ofClient.length === 1) return `node ${ofClient[0]}`
    if (client !== null && ofClient.length === 0) return `client ${client}`
    return mac === null ? `client ${client}` : `mac ${mac}`
  }
  return [...Map.groupBy(events, keyOf).values()]
}

/** Events that name nodes, in order, and for each the index of the first one after it that names another node. */
interface Names {
  readonly events: readonly StoredBootEvent[]
  readonly nextOther: readonly number[]
}

function namesBy(known: readonly StoredBootEvent[], name: 'mac' | 'client'): Map<string | null, Names> {
  const groups = Map.groupBy(known, (event) => event[name])
  return new Map([...groups].map(([value, events]) => [value, { events, nextOther: changesIn(events) }]))
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
  const { events, nextOther } = names
  const first = firstAt(events, at - within)
  // One client may have thousands of events of one node: only its next node is looked for.
  return [first, nextOther[first] ?? events.length]
    .map((index) => events[index])
    .filter((event) => event !== undefined && event.at <= at + within)
    .map((event) => event?.node_uuid ?? null)
}
