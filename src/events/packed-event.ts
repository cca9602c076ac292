import type { BootEvent } from '../model/boot-events.ts'
import { boundedEvent } from './bounded-event.ts'

/**
 * An event as it waits: one text, bounded. As objects, the thousands that a burst leaves waiting are moved and marked by the
 * garbage collector again and again, in which machines wait; and a piece of a request keeps all of it in memory.
 */
export type PackedEvent = string & { readonly packed: unique symbol }

export function packEvent(event: BootEvent): PackedEvent {
  return JSON.stringify(boundedEvent(event)) as PackedEvent
}

export function unpackEvent(packed: PackedEvent): BootEvent {
  return JSON.parse(packed) as BootEvent
}
