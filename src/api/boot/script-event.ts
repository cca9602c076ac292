import { hash } from 'node:crypto'
import type { BootEvent } from '../../model/boot-events.ts'
import { clientAddress } from '../../model/client-address.ts'
import type { BootFacts, Decision } from './boot-decision.ts'

export interface ScriptRequest {
  milliseconds: number
  remoteAddress: string | undefined
  userAgent: string | undefined
  /** Host name of the API instance. */
  server: string
}

/** What is kept of one request for a boot file. */
export function scriptEvent(
  decision: Decision,
  { milliseconds, remoteAddress, server, userAgent }: ScriptRequest,
): BootEvent {
  const { facts, outcome } = decision
  const isServed = outcome === 'served'
  const script = isServed ? decision.script : undefined
  const isStale = isServed && decision.staleSeconds !== undefined
  return {
    at: Date.now(),
    kind: 'script',
    mac: facts.mac ?? null,
    node_uuid: facts.node?.nodeUuid ?? null,
    node_name: facts.node?.nodeName ?? null,
    client: clientAddress(remoteAddress),
    server,
    request_id: facts.requestId,
    outcome,
    code: isServed ? (isStale ? 'DatabaseUnavailable' : null) : decision.code,
    reason: isServed ? staleWords(decision.staleSeconds) : decision.reason,
    name: facts.fileName,
    provision_state: facts.node?.provisionState ?? null,
    owner: facts.order?.[0] ?? null,
    conductor: isServed ? decision.conductor : null,
    milliseconds,
    steps: stepsOf(facts),
    bytes: script === undefined ? null : Buffer.byteLength(script),
    sha256: script === undefined ? null : hash('sha256', script),
    user_agent: userAgent ?? null,
  }
}

function stepsOf({ attempts, nodeMilliseconds, passedBy, ringMilliseconds }: BootFacts): BootEvent['steps'] {
  const steps: BootEvent['steps'] = []
  if (nodeMilliseconds !== undefined) steps.push({ step: 'node', milliseconds: nodeMilliseconds })
  if (ringMilliseconds !== undefined) steps.push({ step: 'ring', milliseconds: ringMilliseconds })
  if (passedBy !== undefined)
    steps.push({ step: passedBy.conductor, milliseconds: 0, ...late(passedBy.why === 'late'), passedBy: true })
  for (const { conductor, error, milliseconds, overtaken } of attempts) {
    const isLate = overtaken === true || error?.timedOut === true
    steps.push({ step: conductor, milliseconds, ...(error && { error: error.code }), ...late(isLate) })
  }
  return steps
}

const late = (isLate: boolean) => (isLate ? ({ late: true } as const) : {})

function staleWords(staleSeconds: number | undefined): string | null {
  if (staleSeconds === undefined) return null
  return `the database is away: served again, by its word of ${Math.round(staleSeconds)} s ago`
}
