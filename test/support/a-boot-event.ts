import type { BootEvent, StoredBootEvent } from '../../src/model/boot-events.ts'
import { boundedEvent } from '../../src/model/bounded-event.ts'

/** A moment that tests count from. */
export const noon = Date.UTC(2026, 0, 31, 12)

/** A script that one conductor served to a machine of its own; `changes` are laid over it. */
export function aBootEvent(changes: Partial<BootEvent> = {}): BootEvent {
  return {
    at: noon,
    kind: 'script',
    mac: '52:54:00:12:34:56',
    node_uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123',
    node_name: 'rack1-n1',
    client: '192.0.2.10',
    server: 'api-1',
    request_id: 'req-1',
    outcome: 'served',
    code: null,
    reason: null,
    name: 'boot.ipxe',
    provision_state: 'wait call-back',
    owner: 'cond-1',
    conductor: 'cond-1',
    milliseconds: 5,
    steps: [
      { step: 'node', milliseconds: 1 },
      { step: 'ring', milliseconds: 0 },
      { step: 'cond-1', milliseconds: 4 },
    ],
    bytes: 940,
    sha256: null,
    user_agent: 'iPXE/1.0.0',
    ...changes,
  }
}

/** What is kept of an event whose texts are endless, and consist of `text`. */
export function largestEvent(text: string): BootEvent {
  const long = text.repeat(50_000 / text.length)
  const texts = {
    mac: long,
    node_uuid: long,
    node_name: long,
    client: long,
    server: long,
    request_id: long,
    code: long,
  }
  const others = { reason: long, name: long, provision_state: long, owner: long, conductor: long, user_agent: long }
  const steps = Array.from({ length: 1000 }, () => ({ step: long, milliseconds: 1.5, error: long }))
  return boundedEvent(aBootEvent({ ...texts, ...others, sha256: long, steps }))
}

/** Events as a store has them: ids from 1 on, in this order. */
export function stored(events: readonly BootEvent[]): StoredBootEvent[] {
  return events.map((event, index) => ({ ...event, id: index + 1 }))
}
