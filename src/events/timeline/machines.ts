import type { StoredBootEvent } from '../../model/boot-events.ts'
import { firstAt, insert } from './event-order.ts'
import { sameClientMilliseconds, sameMacMilliseconds } from './patience.ts'

/**
 * Whose events are whose: by node; where the node was not known, by the node that the same address, or else the same
 * client, asks for around that time; and else by the client alone, which may ask with several NICs that nobody has
 * registered. A client that asks for several nodes is a proxy, and says nothing.
 */
export class Machines {
  /** Events that name a node, in order. */
  readonly #byMac = new Map<string, StoredBootEvent[]>()
  readonly #byClient = new Map<string, StoredBootEvent[]>()

  /** Takes note of whom the event names. */
  add(event: StoredBootEvent): void {
    if (event.node_uuid === null) return
    if (event.mac !== null) insert(listOf(this.#byMac, event.mac), event)
    if (event.client !== null) insert(listOf(this.#byClient, event.client), event)
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

function listOf<K>(lists: Map<K, StoredBootEvent[]>, key: K): StoredBootEvent[] {
  let list = lists.get(key)
  if (list === undefined) {
    list = []
    lists.set(key, list)
  }
  return list
}

/** The nodes that are named within a time before and after an event; two stand for many. */
function nodesAround(named: readonly StoredBootEvent[] | undefined, { at }: StoredBootEvent, within: number): string[] {
  const nodes = new Set<string>()
  if (named === undefined) return []
  for (let index = firstAt(named, at - within); index < named.length && nodes.size < 2; index++) {
    const event = named[index] as StoredBootEvent
    if (event.at > at + within) break
    if (event.node_uuid !== null) nodes.add(event.node_uuid)
  }
  return [...nodes]
}
