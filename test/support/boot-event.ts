import type { BootEvent } from '../../src/model/boot-events.ts'

/** A script that was served, but for what is given. */
export function bootEvent(given: Partial<BootEvent> = {}): BootEvent {
  return {
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    kind: 'script',
    mac: '52:54:00:12:34:56',
    node_uuid: '00000000-0000-4000-8000-000000000001',
    node_name: 'node-1',
    client: '192.0.2.1',
    server: 'api-1',
    request_id: 'req-1',
    outcome: 'served',
    code: null,
    reason: null,
    name: 'boot.ipxe',
    provision_state: 'wait call-back',
    owner: 'cond-1',
    conductor: 'cond-1',
    milliseconds: 1.5,
    steps: [{ step: 'node', milliseconds: 0.25 }],
    bytes: 1234,
    sha256: 'ab'.repeat(32),
    user_agent: 'iPXE/1.21.1',
    ...given,
  }
}
