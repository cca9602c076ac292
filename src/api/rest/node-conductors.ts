import { BootringError, type ErrorCode } from '../../model/errors.ts'
import type { RingKey } from '../../model/node.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import type { MethodName, Params, Result } from '../../rpc/shapes.ts'

/** Where a node is on the ring; rows and REST use Ironic's names. */
export interface NodePlace {
  readonly uuid: string
  readonly driver: string
  readonly conductor_group: string
}

export const ringKey = ({ conductor_group, driver, uuid }: NodePlace): RingKey => ({
  uuid,
  driver,
  conductorGroup: conductor_group,
})

/** As Ironic's rpc_response_timeout: some verbs talk to hardware before they answer. */
const answerTimeoutSeconds = 60

/** The conductor has not begun: it does not know the method yet, is no longer the one that it was, has no worker free, or is leaving. */
const notBegun: ReadonlySet<ErrorCode> = new Set(['UnsupportedCall', 'ConductorReplaced', 'Overloaded'])

/** The system's words for a call that has never arrived. */
const neverArrived = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Has a conductor work on a node: its owner on the ring, else the next one in ring order. That is asked only where
 * nothing can have been carried out: what became of a call that gets no answer, nobody knows.
 */
export class NodeConductors {
  readonly #rings: Pick<FleetRings, 'order'>
  readonly #client: ConductorClient

  constructor(rings: Pick<FleetRings, 'order'>, client: ConductorClient) {
    this.#rings = rings
    this.#client = client
  }

  /** Throws the callee's failure, `ConductorUnreachable`, `NoConductorForNode` or `NoConductors`. */
  async call<M extends MethodName>(
    node: NodePlace,
    method: M,
    params: Params<M>,
    requestId: string,
  ): Promise<Result<M>> {
    const order = await this.#rings.order(ringKey(node))
    return await this.callFirst(order, method, params, requestId)
  }

  /** The same of conductors that are named, e.g. those that offer a driver. */
  async callFirst<M extends MethodName>(
    order: readonly string[],
    method: M,
    params: Params<M>,
    requestId: string,
  ): Promise<Result<M>> {
    let failure: unknown
    for (const hostname of order) {
      try {
        return await this.#client.call(hostname, method, params, { requestId, timeoutSeconds: answerTimeoutSeconds })
      } catch (error) {
        if (!mayGoOn(error)) throw error
        failure ??= error
      }
    }
    throw failure ?? new BootringError('NoConductors', 'no conductor is there to ask')
  }
}

function mayGoOn(error: unknown): boolean {
  if (!(error instanceof BootringError)) return false
  if (notBegun.has(error.code)) return true
  return error.code === 'ConductorUnreachable' && systemCodes(error.cause).some((code) => neverArrived.has(code))
}

/** Where several addresses were tried there is one failure for each. */
function systemCodes(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(systemCodes)
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? [code] : []
}
