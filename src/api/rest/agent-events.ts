import type { FastifyRequest } from 'fastify'
import type { BootEventOutcome } from '../../model/boot-events.ts'
import { clientAddress } from '../../model/client-address.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeRecord } from '../../model/records.ts'
import type { Rest } from './rest.ts'

/** A call of an agent, as far as it is known. */
export interface AgentCall {
  kind: 'lookup' | 'heartbeat' | 'inspection'
  /** As the agent says. */
  node_uuid: string | null
  mac: string | null
  status?: string | undefined
  message?: string | undefined
  /** Set once it is found. */
  node?: NodeRecord
}

/** Answers a call, and has it kept how that went. */
export async function recordedCall<T>(
  rest: Pick<Rest, 'events' | 'server'>,
  request: Pick<FastifyRequest, 'id' | 'raw'>,
  call: AgentCall,
  answer: () => Promise<T>,
): Promise<T> {
  const { events, server = '' } = rest
  if (events === undefined) return await answer()
  const startedAt = performance.now()
  const record = (outcome: BootEventOutcome, code: string | null, reason: string | null) => {
    const { remoteAddress } = request.raw.socket
    events.record({
      at: Date.now(),
      kind: call.kind,
      mac: call.mac,
      node_uuid: call.node?.uuid ?? call.node_uuid,
      node_name: call.node?.name ?? null,
      client: clientAddress(remoteAddress),
      server,
      request_id: request.id,
      outcome,
      code,
      reason: reason ?? call.message ?? null,
      name: call.status ?? null,
      provision_state: call.node?.provision_state ?? null,
      owner: null,
      conductor: null,
      milliseconds: performance.now() - startedAt,
      steps: [],
      bytes: null,
      sha256: null,
      user_agent: request.raw.headers['user-agent'] ?? null,
    })
  }
  try {
    const answered = await answer()
    record('served', null, null)
    return answered
  } catch (error) {
    if (!(error instanceof BootringError)) record('refused', 'Internal', 'unexpected failure')
    else record(error.kind.httpStatus === 503 ? 'unavailable' : 'refused', error.code, reasonOf(error))
    throw error
  }
}

/** What strangers are not told stands in the cause. */
function reasonOf(error: BootringError): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}
