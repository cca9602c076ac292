import { BootringError, type ErrorCode } from '../../model/errors.ts'
import { type MacAddress, parseNicAddress } from '../../model/mac.ts'
import type { BootTarget } from '../../model/node.ts'
import { waitStates } from '../../model/provision-states.ts'
import type { BootTargetStore } from '../../model/stores.ts'
import { type RequestTracer, traced } from '../../observe/trace.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import { RetryTimes } from '../retry-after.ts'
import { type BootFile, bootFiles } from './boot-files.ts'
import { type ConductorAttempt, ConductorAttempts, type PassedBy } from './conductor-attempts.ts'
import { DegradedConductors } from './degraded-conductors.ts'
import type { LastKnownGood, Sighting } from './last-known-good.ts'

/** What was met on the way to a decision; each field is set once the way has got that far. */
export interface BootFacts {
  readonly requestId: string
  /** The address as the client wrote it. */
  readonly macText: string
  /** The file's name as the client wrote it. */
  readonly fileName: string
  /** The address as the database has it, once parsed. */
  mac?: string
  /** The node that owns the address. */
  node?: BootTarget
  /** Its conductors in ring order, owner first. */
  order?: readonly string[]
  /** The conductors that were asked, in this order. */
  attempts: readonly ConductorAttempt[]
  /** The owner, where others were asked first. */
  passedBy?: PassedBy
  /** How long it took to find the node, and its conductors. */
  nodeMilliseconds?: number
  ringMilliseconds?: number
}

/** A failure from the error table, or `Internal`: a fault of bootring's own, or of a conductor. */
export type DecisionCode = ErrorCode | 'Internal'

export type Decision =
  | {
      readonly outcome: 'served'
      readonly script: string
      readonly conductor: string
      /** Set where the database is away, and the script is one that was served before: how old its word is that it may be. */
      readonly staleSeconds?: number
      readonly facts: BootFacts
    }
  | {
      readonly outcome: 'refused'
      readonly code: DecisionCode
      /** For the operator; no client sees it. */
      readonly reason: string
      /** What was thrown, where that was no known failure. */
      readonly cause?: unknown
      readonly facts: BootFacts
    }
  | {
      readonly outcome: 'unavailable'
      readonly code: DecisionCode
      readonly reason: string
      readonly retryAfterSeconds: number
      readonly facts: BootFacts
    }

export type Refusal = Exclude<Decision, { outcome: 'served' }>

export interface BootDecisionParts {
  nodes: BootTargetStore
  rings: Pick<FleetRings, 'order' | 'conductors'>
  conductors: ConductorClient
  /** `[api]restrict_boot_config`. */
  restrictBootConfig: boolean
  /** Remembers what was served, for when the database is away; absent: nothing is remembered. */
  lastKnownGood?: LastKnownGood | undefined
  /** Called for each script that was served from there. */
  onStaleBoot?: () => void
  /** Owners alone have their nodes' files: nobody else is asked. */
  onlyOwners?: boolean
  /** `[bootring]rpc_attempt_timeout`. */
  attemptTimeoutSeconds: number
  /** `[bootring]rpc_total_timeout`. */
  totalTimeoutSeconds: number
  /** `[bootring]rpc_hedge_share`. */
  hedgeShare: number
  /** `[bootring]rpc_retry_share`. */
  retryShare: number
  /** Knows the requests that are traced. */
  tracer?: Pick<RequestTracer, 'of'> | undefined
  /** A clock, in milliseconds, for what is remembered of conductors. Default: the monotonic one. */
  now?: () => number
}

/**
 * Decides what a machine gets that asks for a boot file: the one place that knows the way from an address to a script.
 * The HTTP route answers with the decision, and `bootring explain` prints it.
 */
export class BootDecision {
  readonly #nodes: BootTargetStore
  readonly #rings: Pick<FleetRings, 'order' | 'conductors'>
  readonly #attempts: ConductorAttempts
  readonly #degraded: DegradedConductors
  readonly #lastKnownGood: LastKnownGood | undefined
  readonly #onStaleBoot: () => void
  readonly #retryTimes = new RetryTimes()
  readonly #restrictBootConfig: boolean
  readonly #onlyOwners: boolean
  readonly #tracer: Pick<RequestTracer, 'of'> | undefined

  constructor(parts: BootDecisionParts) {
    this.#nodes = parts.nodes
    this.#rings = parts.rings
    this.#attempts = new ConductorAttempts(parts)
    this.#degraded = new DegradedConductors(parts.now)
    this.#lastKnownGood = parts.lastKnownGood
    this.#onStaleBoot = parts.onStaleBoot ?? (() => undefined)
    this.#restrictBootConfig = parts.restrictBootConfig
    this.#onlyOwners = parts.onlyOwners ?? false
    this.#tracer = parts.tracer
  }

  /** How many conductors failed so lately that they are asked last. */
  get suspendedConductors(): number {
    return this.#attempts.suspendedConductors
  }

  /** Never rejects: every failure is a decision. `macText` and `name` may be anything a client sends. */
  async decide(macText: string, name: string, requestId: string): Promise<Decision> {
    const facts: BootFacts = { requestId, macText, fileName: name, attempts: [] }
    try {
      return await this.#decide(facts)
    } catch (error) {
      return this.#staleDecision(error, facts) ?? this.#refusal(error, facts)
    }
  }

  async #decide(facts: BootFacts): Promise<Decision> {
    const mac = parseNicAddress(facts.macText)
    if (mac === undefined) throw new BootringError('MalformedMac', 'the address is no MAC')
    facts.mac = mac
    const file = bootFiles.get(facts.fileName)
    if (file === undefined) throw new BootringError('UnknownBootFile', 'machines may not ask for a file of this name')

    const sighting = this.#lastKnownGood?.watch(mac)
    try {
      return await this.#serve(mac, file, facts, sighting)
    } catch (error) {
      if (!isUnavailable(error)) await this.#checkAnyConductor(error)
      throw error
    } finally {
      sighting?.end()
    }
  }

  async #serve(mac: MacAddress, file: BootFile, facts: BootFacts, sighting: Sighting | undefined): Promise<Decision> {
    const node = await this.#nodeThatMayBoot(mac, facts, sighting)
    const { conductorGroup, driver, nodeUuid } = node
    facts.order = await this.#step(facts, 'ring', () => this.#rings.order({ uuid: nodeUuid, driver, conductorGroup }))
    const candidates = this.#onlyOwners ? facts.order.slice(0, 1) : facts.order
    try {
      const answer = await this.#attempts.bootConfig(candidates, node.nodeUuid, facts.fileName, file.isUsable, facts)
      sighting?.served(facts.fileName, answer.script, answer.conductor)
      return { outcome: 'served', script: answer.script, conductor: answer.conductor, facts }
    } catch (error) {
      if (error instanceof BootringError && error.code === 'ConductorsDegraded') this.#degraded.note(facts.attempts)
      // Conductors that fail for want of the database say so of themselves only. Where it is gone for this host as well,
      // that is what there is to say, to everybody.
      await this.#nodeThatMayBoot(mac, facts, sighting)
      throw error
    }
  }

  async #step<T>(facts: BootFacts, name: 'node' | 'ring', work: () => Promise<T>): Promise<T> {
    const trace = this.#tracer?.of(facts.requestId)
    const startedAt = performance.now()
    try {
      return await (trace === undefined ? work() : traced(trace, name, work))
    } finally {
      facts[`${name}Milliseconds`] ??= performance.now() - startedAt
    }
  }

  async #nodeThatMayBoot(mac: MacAddress, facts: BootFacts, sighting: Sighting | undefined): Promise<BootTarget> {
    const node = await this.#step(facts, 'node', () => this.#nodes.bootTarget(mac))
    const mayBoot = !this.#restrictBootConfig || waitStates.has(node?.provisionState ?? '')
    sighting?.saw(mayBoot ? node : undefined)
    if (node === undefined) throw new BootringError('PortNotFound', 'no port has this address')
    facts.node = node
    if (mayBoot) return node
    const state = JSON.stringify(node.provisionState ?? 'available')
    throw new BootringError('StateForbidsBoot', `node ${node.nodeUuid} is in state ${state}, which may not boot`)
  }

  /**
   * Without a conductor that can work, a node that may boot is answered 503. Then everybody is: otherwise the difference
   * would tell which addresses are registered. Costs no query while the rings are fresh.
   */
  async #checkAnyConductor(error: unknown): Promise<void> {
    const conductors = await this.#rings.conductors()
    const alive = conductors.filter((conductor) => conductor.alive).map(({ hostname }) => hostname)
    const besides = error instanceof Error ? `; besides, ${error.message}` : ''
    if (alive.length === 0) throw new BootringError('NoConductors', `no conductor is registered and alive${besides}`)
    if (!this.#degraded.areAll(alive)) return
    throw new BootringError('AllConductorsDegraded', `none of ${alive.length} conductors can work at present${besides}`)
  }

  /** Where the database did not answer, a script that was served a short time ago. */
  #staleDecision(error: unknown, facts: BootFacts): Decision | undefined {
    if (facts.mac === undefined || !(error instanceof BootringError && error.code === 'DatabaseUnavailable')) return
    const known = this.#lastKnownGood?.recall(facts.mac, facts.fileName)
    if (known === undefined) return
    this.#onStaleBoot()
    const { ageSeconds: staleSeconds, conductor, node, script } = known
    facts.node = node
    return { outcome: 'served', script, conductor, staleSeconds, facts }
  }

  #refusal(error: unknown, facts: BootFacts): Refusal {
    if (!(error instanceof BootringError)) {
      // Whether the fault has to do with the node is unknown, so it looks like whatever has.
      return { outcome: 'refused', code: 'Internal', reason: 'unexpected failure', cause: error, facts }
    }
    const { code, message: reason } = error
    if (!isUnavailable(error)) return { outcome: 'refused', code, reason, facts }
    return { outcome: 'unavailable', code, reason, retryAfterSeconds: this.#retryTimes.seconds(code), facts }
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof BootringError && error.kind.httpStatus === 503
}
