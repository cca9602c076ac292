/*
 * What happened on a machine's way from its firmware to its agent, as the parts of bootring saw it. Kept for operators:
 * no machine is ever answered by it.
 */

/**
 * What happened: a boot script was asked for, a file of a known node (kernel, ramdisk, fallback script) was fetched, an
 * agent asked which node it is on, an agent reported, an agent handed over what it has found, a node has changed its state, a
 * machine logged a line.
 */
export const bootEventKinds = ['script', 'file', 'lookup', 'heartbeat', 'inspection', 'state', 'syslog'] as const
export type BootEventKind = (typeof bootEventKinds)[number]

/** `served`; `refused`: 404 and the like; `unavailable`: 503; `broken`: what was sent did not arrive whole. */
export const bootEventOutcomes = ['served', 'refused', 'unavailable', 'broken'] as const
export type BootEventOutcome = (typeof bootEventOutcomes)[number]

export interface BootEventStep {
  step: string
  milliseconds: number
  error?: string
  /** It had not answered by then: its host is slow or silent, and may be there all the same. */
  late?: true
  /** It had failed, or had been late, for others before, so another one was asked first. */
  passedBy?: true
}

/** One thing that happened. What is not known is null. */
export interface BootEvent {
  /** Milliseconds since 1970, by the clock of the process that saw it. */
  at: number
  kind: BootEventKind
  /** Lower case, separated by colons. */
  mac: string | null
  /** Canonical. */
  node_uuid: string | null
  node_name: string | null
  /** The address that asked. */
  client: string | null
  /** Host name of the API instance or conductor that saw it. */
  server: string
  request_id: string | null
  outcome: BootEventOutcome
  /** A code of the error table, or `Internal`; null where it was served. */
  code: string | null
  /** For operators, in words; of a machine's log line the line. */
  reason: string | null
  /** The file's name, or `<from> to <to>` of a change of state. */
  name: string | null
  provision_state: string | null
  /** The node's owner by the ring. */
  owner: string | null
  /** Who answered: differs from the owner where another conductor stood in. */
  conductor: string | null
  /** All in all. */
  milliseconds: number
  /** Where the time went, in order: `node`, `ring`, and one for each conductor that was asked; and an owner that was not. */
  steps: BootEventStep[]
  /** Of what was served. */
  bytes: number | null
  /** SHA-256 of a script that was served, hexadecimal. */
  sha256: string | null
  user_agent: string | null
}

/** As it was stored: events of one store have rising ids, in which later ones may appear a moment before earlier ones. */
export interface StoredBootEvent extends BootEvent {
  id: number
}

/** Which events; all that is set must hold. */
export interface BootEventFilter {
  node_uuid?: string
  mac?: string
  client?: string
  kinds?: readonly BootEventKind[]
  /** At or after, in milliseconds since 1970. */
  since?: number
  /** Before. */
  until?: number
  /** Ids above this one: what came since. */
  after?: number
  /** Ids below this one: the page before. */
  before?: number
}

/** A minute of boot requests. */
export interface BootMinute {
  /** Its beginning, in milliseconds since 1970. */
  at: number
  served: number
  refused: number
  unavailable: number
  /** Of scripts that were served; null where there were none. */
  p50_milliseconds: number | null
  p99_milliseconds: number | null
  /** How many were not served, by code. */
  reasons: Record<string, number>
}

/** Reading. Every method may throw `DatabaseUnavailable`. */
export interface BootEventReader {
  /** Newest first, or oldest first where `filter.after` is set: `limit` of them at most. */
  events(filter: BootEventFilter, limit: number): Promise<StoredBootEvent[]>
  /** The minutes since then that have any, the one of `since` whole, oldest first. They outlive events that are trimmed. */
  minutes(since: number): Promise<BootMinute[]>
  /** UUIDs of the nodes that were served a script since then, in milliseconds since 1970; each once, in no order. */
  servedNodes(since: number): Promise<string[]>
}

/** Events on their way to a store: made by `PackedEvents`, read by `unpackEvents`. */
export interface EventBatch {
  /** How many events. */
  readonly count: number
  readonly bytes: Uint8Array
}

export interface BootEventStore extends BootEventReader {
  /** Keeps a batch, in one transaction. */
  append(batch: EventBatch): Promise<void>
  /** Deletes what is older, some thousands of events a call; how many. */
  prune(before: number): Promise<number>
  /** Deletes the oldest events where there may be more than `limit`, some thousands a call; how many. */
  trim(limit: number): Promise<number>
  close(): Promise<void>
}

/** Takes events on the hot path: never waits, never throws, and drops what is too much (counted). */
export interface BootEventSink {
  record(event: BootEvent): void
  /** Whether there is no room for one more: then it counts as dropped, and need not be made. Absent: there always is. */
  turnsAway?(): boolean
}
