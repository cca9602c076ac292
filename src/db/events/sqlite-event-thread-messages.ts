import type { BootEventFilter } from '../../model/boot-events.ts'
import type { EventValues } from './boot-event-row.ts'
import type { MinuteCount } from './boot-minutes.ts'

export interface EventFileSetting {
  path: string
  /** Else a file that is not there has no events. */
  creates: boolean
}

export type EventFileRequest =
  | { what: 'append'; rows: EventValues[]; counts: MinuteCount[] }
  | { what: 'events'; filter: BootEventFilter; limit: number }
  | { what: 'minutes'; since: number }
  | { what: 'prune'; before: number }
  | { what: 'trim'; limit: number }
  | { what: 'close' }
