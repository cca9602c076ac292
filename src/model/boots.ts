import type { BootEventKind, BootEventOutcome } from './boot-events.ts'

/** How a boot stands, in order of how far it came. */
export const bootVerdicts = [
  /** Its agent has called back. */
  'booted',
  /** Its script was served, and what comes next may still come. */
  'under way',
  /** It got the fallback script instead of its own. */
  'fallback served',
  /** It fetched the root script, and asked no API for a script of its own. */
  'own script never asked for',
  /** Its script was served; what comes after that is not seen here. */
  'script served',
  /** Its script was served, and its kernel never asked for. */
  'script fetched, kernel never',
  /** Kernel and ramdisk were served whole, and no agent has called. */
  'booted, never called back',
  /** A file that its script names is not to be had. */
  'file missing',
  /** A file that its script names did not arrive whole, and was not asked for again. */
  'download broken off',
  /** No port has the address of any NIC that it asked with. */
  'unknown address',
  /** Its node's state does not allow it. */
  'state does not allow',
  /** No conductor could answer for it. */
  'no conductor',
  /** Its script could not be made: a template or the node's data are wrong. */
  'script broken',
  /** 503: told to ask again. */
  'told to wait',
  /** For another reason: see `code`. */
  'refused',
] as const
export type BootVerdict = (typeof bootVerdicts)[number]

/** What is remarkable besides. */
export const bootNotes = [
  'wrong NIC asked',
  'asked twice',
  'owner dead, answered by another',
  'owner late, answered by another',
  'served while the database was away',
  'asked again after a broken download',
] as const
export type BootNote = (typeof bootNotes)[number]

export interface BootStep {
  at: number
  kind: BootEventKind
  outcome: BootEventOutcome
  /** In words that an operator understands: `script served by cond-2`, `kernel, 12.3 MB`. */
  what: string
  code: string | null
  /** Since the boot began. */
  seconds: number
  milliseconds: number
  event_id: number
  /** How many events in a row were this same step; `at`, `seconds` and `event_id` are of the first. */
  times: number
}

/** One boot of one machine: events that belong together. */
export interface Boot {
  /** The lowest id of its events. */
  id: number
  node_uuid: string | null
  node_name: string | null
  /** With which it got its script, else the first it asked with. */
  mac: string | null
  client: string | null
  begun_at: number
  /** Of its last event. */
  last_at: number
  verdict: BootVerdict
  /** Why, and what to do about it; null where all is well. */
  code: string | null
  reason: string | null
  remedy: string | null
  notes: { note: BootNote; detail: string }[]
  owner: string | null
  conductor: string | null
  /** How many events it is made of. */
  events: number
  /** In order; of a long boot the first ones and the last ones. */
  steps: BootStep[]
}
