import { randomUUID } from 'node:crypto'
import type { HttpExchange } from '../../http/http-exchange.ts'
import type { BootEventSink } from '../../model/boot-events.ts'
import { pixiecoreFileName } from '../../model/boot-file-content.ts'
import type { ErrorCode } from '../../model/errors.ts'
import { nobodysMac } from '../../model/preflight-requests.ts'
import type { Metrics } from '../../observe/metrics.ts'
import type { RequestTracer, TraceSpan } from '../../observe/trace.ts'
import { retryAfterSeconds } from '../retry-after.ts'
import type { AllowedNetworks } from './allowed-networks.ts'
import type { BootDecision, Decision } from './boot-decision.ts'
import { bootFiles } from './boot-files.ts'
import { type BootPath, parseBootTarget, parsePixiecoreTarget } from './boot-path.ts'
import type { DecisionLog } from './decision-log.ts'
import type { RefusalClock } from './refusal-clock.ts'
import { scriptEvent } from './script-event.ts'

export interface BootRouteParts {
  decision: Pick<BootDecision, 'decide'>
  allowedNetworks: AllowedNetworks
  /** `[bootring]pixiecore_api`. */
  pixiecoreApi?: boolean
  /** `[bootring]max_boot_requests`. */
  maxBootRequests: number
  refusalClock: RefusalClock
  metrics: Pick<Metrics, 'bootRequest' | 'rpcAttempt' | 'rpcHedge'>
  log: Pick<DecisionLog, 'write'>
  /** Takes each request; absent: nobody wants to know. */
  events?: BootEventSink | undefined
  /** Host name of this instance, for the events. */
  server?: string
  tracer?: Pick<RequestTracer, 'begin'> | undefined
}

const refusedBody = 'Not Found\n'
const unavailableBody = 'Service Unavailable\n'

/**
 * `GET` and `HEAD /v1/boot/<MAC>/<NAME>`, and everything else below /v1/boot. With `pixiecoreApi`, `/v1/boot/<MAC>` is
 * Pixiecore's API: the same decision, as JSON.
 *
 * Whatever depends on the address, the node or the file, and every other path or method, is one and the same 404. What
 * says nothing of any node is a 503 with `Retry-After`, which makes iPXE wait and ask again. Every answer has its
 * length, none is compressed or a redirect, and only a script is ever a 2xx: a BIOS that is handed anything else with a
 * 200 hangs.
 *
 * It answers ahead of Fastify: wrong encodings, odd methods and bodies would get answers of Fastify's own.
 */
export class BootRoute {
  readonly #parts: BootRouteParts
  #inFlight = 0
  #draining = false

  constructor(parts: BootRouteParts) {
    this.#parts = parts
  }

  /** Requests being worked on. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** From now on connections are closed after their answer. */
  drain(): void {
    this.#draining = true
  }

  /** Answers one request. Rejects only on a fault of its own. */
  async handle(exchange: HttpExchange): Promise<void> {
    const startedAt = performance.now()
    const requestId = `req-${randomUUID()}`
    if (this.#inFlight >= this.#parts.maxBootRequests) {
      const reason = `${this.#inFlight} boot requests are being worked on already`
      const decision = overloaded(requestId, reason)
      this.#observe(decision, performance.now() - startedAt, exchange)
      this.#send(exchange, decision)
      this.#record(decision, performance.now() - startedAt, exchange)
      return
    }
    this.#inFlight += 1
    const trace = this.#parts.tracer?.begin(requestId, 'GET /v1/boot', { 'client.address': exchange.remoteAddress })
    try {
      const decision = await this.#decide(exchange, requestId)
      const milliseconds = performance.now() - startedAt
      this.#observe(decision, milliseconds, exchange)
      if (trace !== undefined) endTrace(trace, decision)
      if (decision.outcome === 'refused') {
        // Before the tick: what is known of a node takes longer to note down, and whoever leaves behind it would be late.
        this.#record(decision, milliseconds, exchange)
        await new Promise<void>((leave) => this.#parts.refusalClock.atNextTick(leave))
        this.#send(exchange, decision)
      } else {
        this.#send(exchange, decision)
        this.#record(decision, milliseconds, exchange)
      }
    } finally {
      this.#inFlight -= 1
    }
  }

  #decide(exchange: HttpExchange, requestId: string): Promise<Decision> | Decision {
    const { method, target } = exchange
    const { allowedNetworks } = this.#parts
    const path = this.#pathOf(target)
    const refuse = (code: ErrorCode, reason: string): Decision => {
      const facts = { requestId, macText: path?.macText ?? '', fileName: path?.fileName ?? '', attempts: [] }
      return { outcome: 'refused', code, reason, facts }
    }
    if (!allowedNetworks.everywhere && !allowedNetworks.allows(exchange.remoteAddress)) {
      return refuse('NetworkForbidden', 'the client is in none of [bootring]boot_allowed_networks')
    }
    if (method !== 'GET' && method !== 'HEAD') return refuse('UnknownBootFile', `the method is ${method}`)
    if (path === undefined) return refuse('UnknownBootFile', 'the path is not /v1/boot/<MAC>/<NAME>')
    return this.#parts.decision.decide(path.macText, path.fileName, requestId)
  }

  /** Pixiecore's file has no name in any path: where its API is turned off there is no way to it. */
  #pathOf(target: string): BootPath | undefined {
    const path = parseBootTarget(target)
    if (path !== undefined) return path.fileName === pixiecoreFileName ? undefined : path
    const macText = this.#parts.pixiecoreApi ? parsePixiecoreTarget(target) : undefined
    return macText === undefined ? undefined : { macText, fileName: pixiecoreFileName }
  }

  #observe(decision: Decision, milliseconds: number, exchange: HttpExchange): void {
    const { metrics, log } = this.#parts
    metrics.bootRequest(decision.outcome, decision.outcome === 'served' ? undefined : decision.code, milliseconds)
    for (const { error, hedge, overtaken } of decision.facts.attempts) {
      const answered = error === undefined && !overtaken
      if (hedge) metrics.rpcHedge(answered ? 'won' : 'lost')
      if (answered) metrics.rpcAttempt('answered')
      else if (error === undefined) metrics.rpcAttempt('overtaken')
      else if (error.timedOut) metrics.rpcAttempt('timeout')
      else metrics.rpcAttempt(error.code === 'ConductorUnreachable' ? 'unreachable' : 'failed')
    }
    log.write(decision, milliseconds, exchange.remoteAddress)
  }

  /** The machine does not wait for this: it is answered already, or waits for the clock. */
  #record(decision: Decision, milliseconds: number, exchange: HttpExchange): void {
    const { events, server = '' } = this.#parts
    if (events === undefined || decision.facts.mac === nobodysMac || events.turnsAway?.()) return
    // The user agent is looked for only now.
    const { remoteAddress, userAgent } = exchange
    events.record(scriptEvent(decision, { milliseconds, remoteAddress, server, userAgent }))
  }

  /** All three kinds of answer have their header fields in the same order, for GET and for HEAD. */
  #send(exchange: HttpExchange, decision: Decision): void {
    const { requestId } = decision.facts
    const last = this.#draining
    if (decision.outcome === 'served') {
      const contentType = bootFiles.get(decision.facts.fileName)?.contentType
      exchange.answer(200, headers(decision.script, requestId, contentType), decision.script, last)
    } else if (decision.outcome === 'refused') {
      exchange.answer(404, headers(refusedBody, requestId), refusedBody, last)
    } else {
      const retryAfter = ['Retry-After', String(decision.retryAfterSeconds)]
      exchange.answer(503, headers(unavailableBody, requestId).concat(retryAfter), unavailableBody, last)
    }
  }
}

/** Without the wait of refusals for their clock, which is the same for all. */
function endTrace(trace: TraceSpan, decision: Decision): void {
  const { facts, outcome } = decision
  const code = decision.outcome === 'served' ? undefined : decision.code
  trace.set({
    'http.request.method': 'GET',
    'http.route': '/v1/boot/<MAC>/<NAME>',
    'http.response.status_code': { served: 200, refused: 404, unavailable: 503 }[outcome],
    'bootring.outcome': outcome,
    'bootring.code': code,
    'bootring.mac': facts.mac,
    'bootring.node': facts.node?.nodeUuid,
    'bootring.owner': facts.order?.[0],
    'bootring.conductor': decision.outcome === 'served' ? decision.conductor : undefined,
  })
  // A machine that nobody knows is no failure of anybody's.
  trace.end(outcome === 'unavailable' || code === 'Internal' ? code : undefined)
}

function overloaded(requestId: string, reason: string): Decision {
  const facts = { requestId, macText: '', fileName: '', attempts: [] }
  return {
    outcome: 'unavailable',
    code: 'Overloaded',
    reason,
    retryAfterSeconds: retryAfterSeconds('Overloaded'),
    facts,
  }
}

/** As a flat list, which Node writes out as it is. */
function headers(body: string, requestId: string, contentType = 'text/plain'): string[] {
  return [
    'Content-Type',
    contentType,
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    'X-Openstack-Request-Id',
    requestId,
  ]
}
