import type { LogBudget } from '../../observe/log-budget.ts'
import type { Logger } from '../../observe/logger.ts'
import type { RequestTracer } from '../../observe/trace.ts'
import type { Decision } from './boot-decision.ts'

/** What a client sends is logged up to this many characters. */
const shownCharacters = 64

/**
 * Says in the log why a machine was refused, which no answer says. Scripts served are logged at debug level. Lines about
 * refusals are rationed: whoever asks for all addresses in turn must not fill the disk, nor slow others' boots.
 */
export class DecisionLog {
  readonly #logger: Logger
  readonly #budget: LogBudget
  readonly #servedToo: boolean
  readonly #tracer: Pick<RequestTracer, 'of'> | undefined

  constructor(logger: Logger, budget: LogBudget, tracer?: Pick<RequestTracer, 'of'>) {
    this.#tracer = tracer
    this.#logger = logger
    this.#budget = budget
    // Asked once: a served script must not pay for a line that nobody wants.
    this.#servedToo = logger.isLevelEnabled('debug')
  }

  /** `client` is the address that asked. */
  write(decision: Decision, milliseconds: number, client: string | undefined): void {
    if (decision.outcome === 'served') {
      const { conductor, facts, staleSeconds } = decision
      if (!this.#servedToo && staleSeconds === undefined) return
      const fields = {
        requestId: facts.requestId,
        traceId: this.#tracer?.of(facts.requestId)?.traceId,
        client,
        mac: facts.mac,
        node: facts.node?.nodeUuid,
        conductor,
        milliseconds,
      }
      if (staleSeconds === undefined) this.#logger.debug(fields, 'boot file served')
      else this.#writeStale({ ...fields, staleSeconds: Math.round(staleSeconds * 1000) / 1000 })
      return
    }
    const { outcome, code, reason, facts } = decision
    const isFault = outcome === 'refused' && decision.cause !== undefined
    const suppressed = this.#budget.take()
    if (suppressed === undefined) return
    const fields = {
      requestId: facts.requestId,
      traceId: this.#tracer?.of(facts.requestId)?.traceId,
      client,
      mac: facts.mac ?? shown(facts.macText),
      file: shown(facts.fileName),
      node: facts.node?.nodeUuid,
      nodeName: facts.node?.nodeName ?? undefined,
      state: facts.node?.provisionState ?? undefined,
      conductors: facts.order,
      attempts: facts.attempts.length > 0 ? facts.attempts : undefined,
      code,
      reason,
      milliseconds: Math.round(milliseconds * 1000) / 1000,
      suppressed: suppressed > 0 ? suppressed : undefined,
    }
    if (isFault) this.#logger.error({ ...fields, err: decision.cause }, 'boot request failed')
    else if (outcome === 'refused') this.#logger.info(fields, 'boot refused')
    else this.#logger.warn(fields, 'boot unavailable for now')
  }

  /** A machine may have left the state in which it may boot since: that is to be found in the log, at any level. */
  #writeStale(fields: object): void {
    const suppressed = this.#budget.take()
    if (suppressed === undefined) return
    const more = suppressed > 0 ? { suppressed } : {}
    this.#logger.warn({ ...fields, ...more }, 'boot file served again: the database is away')
  }
}

function shown(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
}
