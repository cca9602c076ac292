import type { StoredBootEvent } from '../../model/boot-events.ts'
import type { Boot } from '../../model/boots.ts'
import { notesOf } from './notes.ts'
import type { Sight } from './sight.ts'
import { stepsOf } from './steps.ts'
import { judge } from './verdict.ts'

/** A boot with the events that it is made of. */
export interface BootWithEvents {
  boot: Boot
  /** In order. */
  events: readonly StoredBootEvent[]
}

/** The boot that events in order are, as it stands at `now`. */
export function toBoot(events: readonly StoredBootEvent[], now: number, sight: Sight): Boot {
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
