import { BootringError } from '../../model/errors.ts'
import { type AttemptFailure, attemptFailure } from './attempt-failure.ts'
import type { AttemptLog, ConductorAttempt, SearchParts } from './conductor-attempts.ts'
import type { Deadline } from './deadlines.ts'
import { TimedCall } from './timed-call.ts'

export interface SearchRequest {
  readonly order: readonly string[]
  readonly nodeUuid: string
  readonly fileName: string
  readonly isUsable: (script: string) => boolean
  readonly log: AttemptLog
}

interface Found {
  script: string
  conductor: string
}

/** One call that has not come to an end. */
interface Running {
  readonly conductor: string
  readonly startedAt: number
  /** The same by the clock of `ConductorHealth`. */
  readonly askedAt: number
  readonly call: TimedCall
  readonly hedge: boolean
  /** It has failed somebody else meanwhile. */
  isGone: boolean
  /** Ends the hearing of what others meet at this conductor. */
  letGo: () => void
}

/** A second conductor is not asked sooner than this, however quick they all are: a pause of the garbage collector is no failure. */
const soonestHedgeMilliseconds = 10
/** While it is unknown how long answers take. */
const firstHedgeMilliseconds = 250
/** A conductor on trial has cold connections, and perhaps cold code. */
const soonestTrialHedgeMilliseconds = 250

/**
 * The search for one boot file among a node's conductors. One is asked after the other; a second one is asked beside the first when
 * that takes longer than nearly all answers do, or turns out to be gone for another request. A conductor that was asked in
 * vain is waited for in the background until its time is over: what becomes of it tells whether it is still there, and how long
 * answers really take.
 */
export class BootConfigSearch {
  readonly #parts: SearchParts
  readonly #request: SearchRequest
  readonly #order: readonly string[]
  readonly #trial: boolean
  readonly #deadline: number
  readonly #attempts: ConductorAttempt[] = []
  readonly #running = new Set<Running>()
  #next = 0
  #hedgeTimer: Deadline | undefined
  #settled = false
  #degraded: AttemptFailure | undefined
  #telling: BootringError | undefined
  #resolve: (found: Found) => void = () => undefined
  #reject: (error: BootringError) => void = () => undefined

  constructor(parts: SearchParts, request: SearchRequest) {
    this.#parts = parts
    this.#request = request
    const { order, passedBy, trial } = parts.health.candidates(request.order)
    this.#order = order
    this.#trial = trial
    this.#deadline = performance.now() + parts.totalTimeoutMilliseconds
    request.log.attempts = this.#attempts
    const [owner] = request.order
    if (passedBy !== undefined && owner !== undefined) request.log.passedBy = { conductor: owner, why: passedBy }
  }

  run(): Promise<Found> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      if (!this.#ask()) this.#fail()
      else this.#hedgeWhenLate()
    })
  }

  /** Asks the next conductor; false where there is none, or no time. */
  #ask(hedge = false): boolean {
    const conductor = this.#order[this.#next]
    const startedAt = performance.now()
    const timeout = Math.min(this.#parts.attemptTimeoutMilliseconds, this.#deadline - startedAt)
    if (conductor === undefined || timeout <= 0) return false
    this.#next += 1
    const { fileName, log, nodeUuid } = this.#request
    const call = new TimedCall(log.requestId, timeout, startedAt + timeout)
    const askedAt = this.#parts.health.now()
    const running: Running = { conductor, startedAt, askedAt, call, hedge, isGone: false, letGo: nothing }
    this.#running.add(running)
    const isLast = this.#next >= this.#order.length
    if (!isLast) running.letGo = this.#parts.health.whileWaitingFor(conductor, () => this.#passOn(running))
    const params = { node_id: nodeUuid, name: fileName }
    const make = () => this.#parts.conductors.call(conductor, 'get_boot_config', params, call)
    call.settle(make, this.#parts.deadlines).then(
      (script) => this.#answered(running, script),
      (error: unknown) => this.#failed(running, attemptFailure(error, conductor)),
    )
    return true
  }

  #answered(running: Running, script: string): void {
    const { conductor, hedge, startedAt } = running
    const milliseconds = performance.now() - startedAt
    this.#parts.health.answered(conductor)
    this.#parts.latencies.add(milliseconds)
    this.#end(running)
    if (this.#settled) return
    if (this.#request.isUsable(script)) {
      this.#attempts.push({ conductor, milliseconds, ...(hedge ? { hedge } : {}) })
      this.#settle()
      this.#overtake(startedAt)
      this.#resolve({ script, conductor })
      return
    }
    // An empty or half-written file. It must not get out: a BIOS would run it as a boot program.
    const { fileName } = this.#request
    const message = `conductor ${conductor} answered with something that is no ${fileName} (${script.length} characters)`
    this.#goOn(running, attemptFailure(new BootringError('BootConfigUnavailable', message), conductor))
  }

  #failed(running: Running, failure: AttemptFailure): void {
    this.#end(running)
    if (failure.answered) this.#parts.health.answered(running.conductor)
    else this.#parts.health.failed(running.conductor, running.askedAt, running.call.timedOut)
    if (!this.#settled) this.#goOn(running, failure)
  }

  #goOn({ call, conductor, hedge, startedAt }: Running, failure: AttemptFailure): void {
    const { timedOut } = call
    this.#attempts.push({
      conductor,
      milliseconds: performance.now() - startedAt,
      ...(hedge ? { hedge } : {}),
      error: { code: failure.code, message: failure.error.message, timedOut },
    })
    if (failure.degraded) this.#degraded ??= failure
    if (failure.answered) this.#telling ??= failure.error
    // A connection that was refused was no work for anybody; all else may have been, and must not be multiplied.
    const costless = !failure.answered && !timedOut
    if (failure.final) this.#fail(failure.error)
    else if (this.#areAllGone()) this.#askAnother(costless)
    else if (hedge && costless) this.#ask(true)
  }

  #askAnother(costless: boolean): void {
    const allowed = costless || this.#next >= this.#order.length || this.#parts.retries.take()
    if ((allowed && this.#ask()) || this.#running.size > 0) return
    this.#fail(allowed || this.#degraded !== undefined ? undefined : this.#outOfRetries())
  }

  /** A conductor that is being waited for has failed somebody else. */
  #passOn(running: Running): void {
    running.isGone = true
    if (!this.#settled && this.#areAllGone()) this.#ask()
  }

  /** Also where none is being waited for. */
  #areAllGone(): boolean {
    for (const { isGone } of this.#running) if (!isGone) return false
    return true
  }

  #hedgeWhenLate(): void {
    const { hedges } = this.#parts
    if (hedges === undefined || this.#next >= this.#order.length) return
    const usual = this.#parts.latencies.p95 ?? firstHedgeMilliseconds
    const delay = Math.max(usual, this.#trial ? soonestTrialHedgeMilliseconds : soonestHedgeMilliseconds)
    if (delay >= this.#parts.attemptTimeoutMilliseconds) return
    this.#hedgeTimer = {
      expiresAt: performance.now() + delay,
      expire: () => {
        if (this.#settled || this.#running.size !== 1 || this.#next !== 1) return
        // There is one trial at a time, and what it costs is bounded by that.
        if (this.#trial || hedges.take()) this.#ask(true)
      },
    }
    this.#parts.deadlines.add(this.#hedgeTimer)
  }

  /** Those that are still being waited for; the one that has answered was asked at `askedAt`. */
  #overtake(askedAt: number): void {
    for (const { conductor, hedge, startedAt } of this.#running) {
      this.#attempts.push({
        conductor,
        milliseconds: performance.now() - startedAt,
        ...(hedge ? { hedge } : {}),
        overtaken: true,
      })
      if (startedAt < askedAt) this.#parts.health.overtaken(conductor)
    }
  }

  #end(running: Running): void {
    running.letGo()
    this.#running.delete(running)
  }

  #settle(): void {
    this.#settled = true
    for (const { letGo } of this.#running) letGo()
    if (this.#hedgeTimer !== undefined) this.#parts.deadlines.remove(this.#hedgeTimer)
  }

  #fail(failure?: BootringError): void {
    this.#settle()
    this.#reject(failure ?? this.#mostTelling())
  }

  #mostTelling(): BootringError {
    const { error } = this.#degraded ?? {}
    if (error !== undefined) return new BootringError('ConductorsDegraded', error.message, { cause: error })
    return this.#telling ?? new BootringError('ConductorUnreachable', this.#unreachable())
  }

  #unreachable(): string {
    const [candidates, asked] = [this.#order.length, this.#next]
    if (asked === candidates) return `none of the node's ${candidates} conductors could be reached`
    return `${asked} of the node's ${candidates} conductors could not be reached, and time ran out`
  }

  #outOfRetries(): BootringError {
    const share = '[bootring]rpc_retry_share of the requests have been passed on already'
    const message = `${this.#next} of the node's ${this.#order.length} conductors did not give it, and ${share}`
    return new BootringError('ConductorUnreachable', message)
  }
}

const nothing = () => undefined
