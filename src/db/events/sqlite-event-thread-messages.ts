import type { BootEventFilter } from '../../model/boot-events.ts'

export interface EventFileSetting {
  path: string
  /** Else a file that is not there has no events. */
  creates: boolean
}

export type EventFileRequest =
  /** `PackedEvents`. */
  | { what: 'append'; events: Uint8Array }
  | { what: 'events'; filter: BootEventFilter; limit: number }
  | { what: 'minutes'; since: number }
  | { what: 'servedNodes'; since: number }
  | { what: 'prune'; before: number }
  | { what: 'trim'; limit: number }
  | { what: 'close' }
