import type { BootEvent } from '../../model/boot-events.ts'
import { isFailure } from '../../model/transitions.ts'
import type { Transition } from '../tasks/conductor-task.ts'

/** What is kept of a change of state. `server`: the conductor's host name. */
export function stateEvent({ event, from, node, requestId, to }: Transition, server: string): BootEvent {
  return {
    at: Date.now(),
    kind: 'state',
    mac: null,
    node_uuid: node.uuid,
    node_name: node.name,
    client: null,
    server,
    request_id: requestId,
    outcome: 'served',
    code: null,
    reason: isFailure(to) ? node.last_error : `by "${event}"`,
    name: `${from} to ${to}`,
    provision_state: to,
    owner: null,
    conductor: server,
    milliseconds: 0,
    steps: [],
    bytes: null,
    sha256: null,
    user_agent: null,
  }
}
