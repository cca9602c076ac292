import type { BootEventFilter, BootEventReader, StoredBootEvent } from '../../model/boot-events.ts'
import { agentPauseMilliseconds, sameMacMilliseconds } from './patience.ts'

/** A machine has few NICs and addresses; whoever has many is a proxy. */
const mostOfAKind = 8
const eventsOfEach = 500

/**
 * These events, and those of the same machines around their time: other NICs of the same client, other clients of the same
 * node. Found by the indexes of the store, a bounded number of each.
 */
export async function withRelatives(
  reader: BootEventReader,
  events: readonly StoredBootEvent[],
): Promise<StoredBootEvent[]> {
  if (events.length === 0) return []
  const times = events.map(({ at }) => at)
  const span = {
    since: times.reduce((a, b) => Math.min(a, b)) - sameMacMilliseconds,
    until: times.reduce((a, b) => Math.max(a, b)) + agentPauseMilliseconds,
  }
  const read = async (filters: BootEventFilter[]) =>
    (await Promise.all(filters.map((filter) => reader.events({ ...filter, ...span }, eventsOfEach)))).flat()
  const nodes = await read(valuesOf(events, 'node_uuid').map((node_uuid) => ({ node_uuid })))
  const known = [...events, ...nodes]
  const others = await read([
    ...valuesOf(known, 'client').map((client) => ({ client })),
    ...valuesOf(known, 'mac').map((mac) => ({ mac })),
  ])
  return [...known, ...others]
}

function valuesOf(events: readonly StoredBootEvent[], name: 'node_uuid' | 'client' | 'mac'): string[] {
  const values = new Set(events.map((event) => event[name]).filter((value) => value !== null))
  return [...values].slice(0, mostOfAKind)
}
