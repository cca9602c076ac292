import { BootringError, type ErrorCode } from '../model/errors.ts'
import { parseMac } from '../model/mac.ts'
import type { BootTarget } from '../model/node.ts'
import { waitStates } from '../model/provision-states.ts'
import type { BootTargetStore } from '../model/stores.ts'
import type { FleetRings } from '../ring/fleet-rings.ts'
import type { ConductorClient } from '../rpc/contract.ts'
import { bootFiles } from './boot-files.ts'
import { type ConductorAttempt, ConductorAttempts } from './conductor-attempts.ts'
import { retryAfterSeconds } from './retry-after.ts'

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
}

/** A failure from the error table, or `Internal`: a fault of bootring's own, or of a conductor. */
export type DecisionCode = ErrorCode | 'Internal'

export type Decision =
  | { readonly outcome: 'served'; readonly script: string; readonly conductor: string; readonly facts: BootFacts }
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
}

/**
 * Decides what a machine gets that asks for a boot file: the one place that knows the way from an address to a script.
 * The HTTP route answers with the decision, and `bootring explain` prints it.
 */
export class BootDecision {
  readonly #nodes: BootTargetStore
  readonly #rings: Pick<FleetRings, 'order' | 'conductors'>
  readonly #attempts: ConductorAttempts
  readonly #restrictBootConfig: boolean
  readonly #onlyOwners: boolean

  constructor(parts: BootDecisionParts) {
    this.#nodes = parts.nodes
    this.#rings = parts.rings
    this.#attempts = new ConductorAttempts(parts)
    this.#restrictBootConfig = parts.restrictBootConfig
    this.#onlyOwners = parts.onlyOwners ?? false
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
      return decisionFor(error, facts)
    }
  }

  async #decide(facts: BootFacts): Promise<Decision> {
    const mac = parseMac(facts.macText)
    if (mac === undefined) throw new BootringError('MalformedMac', 'the address is no MAC')
    facts.mac = mac
    const file = bootFiles.get(facts.fileName)
    if (file === undefined) throw new BootringError('UnknownBootFile', 'machines may not ask for a file of this name')

    const node = await this.#nodes.bootTarget(mac)
    if (node === undefined) {
      await this.#checkAnyConductor('no port has this address')
      throw new BootringError('PortNotFound', 'no port has this address')
    }
    facts.node = node
    if (this.#restrictBootConfig && !waitStates.has(node.provisionState ?? '')) {
      const reason = `node ${node.nodeUuid} is in state ${JSON.stringify(node.provisionState ?? 'available')}, which may not boot`
      await this.#checkAnyConductor(reason)
      throw new BootringError('StateForbidsBoot', reason)
    }

    facts.order = await this.#rings.order({
      uuid: node.nodeUuid,
      driver: node.driver,
      conductorGroup: node.conductorGroup,
    })
    const candidates = this.#onlyOwners ? facts.order.slice(0, 1) : facts.order
    const answer = await this.#attempts.bootConfig(candidates, node.nodeUuid, facts.fileName, file.isUsable, facts)
    return { outcome: 'served', script: answer.script, conductor: answer.conductor, facts }
  }

  /**
   * Without a conductor, a node that may boot is answered 503. Then everybody is: otherwise the difference would tell
   * which addresses are registered. Costs no query while the rings are fresh.
   */
  async #checkAnyConductor(besides: string): Promise<void> {
    const conductors = await this.#rings.conductors()
    if (conductors.some((conductor) => conductor.alive)) return
    throw new BootringError('NoConductors', `no conductor is registered and alive; besides, ${besides}`)
  }
}

function decisionFor(error: unknown, facts: BootFacts): Refusal {
  if (!(error instanceof BootringError)) {
    // Whether the fault has to do with the node is unknown, so it looks like whatever has.
    return { outcome: 'refused', code: 'Internal', reason: 'unexpected failure', cause: error, facts }
  }
  const { code, message: reason } = error
  if (error.kind.httpStatus !== 503) return { outcome: 'refused', code, reason, facts }
  return { outcome: 'unavailable', code, reason, retryAfterSeconds: retryAfterSeconds(code), facts }
}
