import { randomUUID } from 'node:crypto'
import type { HttpExchange } from '../../http/http-exchange.ts'
import { pixiecoreFileName } from '../../model/boot-file-content.ts'
import type { ErrorCode } from '../../model/errors.ts'
import type { Metrics } from '../../observe/metrics.ts'
import { retryAfterSeconds } from '../retry-after.ts'
import type { AllowedNetworks } from './allowed-networks.ts'
import type { BootDecision, Decision } from './boot-decision.ts'
import { bootFiles } from './boot-files.ts'
import { type BootPath, parseBootTarget, parsePixiecoreTarget } from './boot-path.ts'
import type { DecisionLog } from './decision-log.ts'
import type { RefusalClock } from './refusal-clock.ts'

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
      return
    }
    this.#inFlight += 1
    try {
      const decision = await this.#decide(exchange, requestId)
      this.#observe(decision, performance.now() - startedAt, exchange)
      if (decision.outcome === 'refused') {
        await new Promise<void>((leave) => this.#parts.refusalClock.atNextTick(leave))
      }
      this.#send(exchange, decision)
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
