import type { StoredBootEvent } from '../../model/boot-events.ts'
import type { Boot } from '../../model/boots.ts'
import { inOrder } from './event-order.ts'
import { machinesOf } from './machines.ts'
import { notesOf } from './notes.ts'
import { type Sight, seesAll } from './sight.ts'
import { splitBoots } from './split-boots.ts'
import { stepsOf } from './steps.ts'
import { judge } from './verdict.ts'

/** A boot with the events that it is made of. */
export interface BootWithEvents {
  boot: Boot
  /** In order. */
  events: readonly StoredBootEvent[]
}

export interface Timeline {
  /** Newest first. */
  boots: BootWithEvents[]
  /** Events that belong to no boot. */
  others: StoredBootEvent[]
}

/**
 * The boots that these events are, as they stand at `now` (milliseconds since 1970). The order in which the events are
 * given means nothing, and an event that is given twice, or that a store has twice, is one: only what is there counts.
 */
export function bootsOf(events: Iterable<StoredBootEvent>, now: number, sight: Sight = seesAll): Timeline {
  const ordered = inOrder(onceEach(events))
  const boots: BootWithEvents[] = []
  const others: StoredBootEvent[] = []
  for (const ofMachine of machinesOf(ordered)) {
    const split = splitBoots(ofMachine)
    for (const some of split.boots) boots.push({ boot: toBoot(some, now, sight), events: some })
    others.push(...split.others)
  }
  return { boots: boots.sort((a, b) => b.boot.id - a.boot.id), others }
}

/**
 * Whoever wrote an event and got no answer has written it again, under another id: the lowest counts. And what several
 * hosts have read in Ironic's database, each has written.
 */
function onceEach(events: Iterable<StoredBootEvent>): StoredBootEvent[] {
  const known = new Map<string, StoredBootEvent>()
  for (const event of events) {
    const { at, client, kind, mac, name, node_uuid, outcome, reason, request_id, server } = event
    const isIronics = request_id === null && (kind === 'heartbeat' || kind === 'state')
    const seenBy = isIronics ? null : server
    const key = [at, kind, seenBy, request_id, node_uuid, client, mac, name, outcome, reason].join('\n')
    const other = known.get(key)
    if (other === undefined || event.id < other.id) known.set(key, event)
  }
  return [...known.values()]
}

function toBoot(events: readonly StoredBootEvent[], now: number, sight: Sight): Boot {
  const [first] = events as readonly [StoredBootEvent]
  const script = events.findLast(({ kind, outcome }) => kind === 'script' && outcome === 'served')
  const named = events.findLast(({ node_uuid }) => node_uuid !== null)
  return {
    id: events.reduce((lowest, { id }) => Math.min(lowest, id), first.id),
    node_uuid: named?.node_uuid ?? null,
    // Not everybody who knows a node knows its name.
    node_name: events.findLast(({ node_name }) => node_name !== null)?.node_name ?? null,
    mac: script?.mac ?? named?.mac ?? firstOf(events, 'mac'),
    client: script?.client ?? firstOf(events, 'client'),
    begun_at: first.at,
    last_at: (events.at(-1) ?? first).at,
    ...judge(events, now, sight),
    notes: notesOf(events),
    owner: script?.owner ?? events.findLast(({ owner }) => owner !== null)?.owner ?? null,
    conductor: script?.conductor ?? null,
    events: events.length,
    steps: stepsOf(events),
  }
}

function firstOf(events: readonly StoredBootEvent[], name: 'mac' | 'client'): string | null {
  return events.find((event) => event[name] !== null)?.[name] ?? null
}
