import type { TraceSpan } from '../observe/trace.ts'
import { agentMethods } from './methods/agent.ts'
import { bootMethods } from './methods/boot.ts'
import { hardwareMethods } from './methods/hardware.ts'
import { nodeMethods } from './methods/nodes.ts'
import { provisionMethods } from './methods/provision.ts'
import type { MethodName, Methods, Params, Result, RpcVersion } from './shapes.ts'

// For programs that have the package, to which this file is the contract.
export type { MethodName, Params, Result } from './shapes.ts'

/*
 * The methods a conductor answers, with the shapes of their parameters and results. Nothing else can be called.
 * Every call also carries `context` (an object) and may carry `rpc.version`. The reference page is made from this file.
 */

export const methods: Methods<MethodName> = {
  ...bootMethods,
  ...nodeMethods,
  ...hardwareMethods,
  ...provisionMethods,
  ...agentMethods,
}

/** What accompanies each call. */
export interface CallContext {
  /** Follows a request through every log. */
  requestId: string
  /** Its step, where the request is traced. */
  trace?: TraceSpan | undefined
}

export type Handler<M extends MethodName> = (params: Params<M>, context: CallContext) => Promise<Result<M>>
type AllHandlers = { [M in MethodName]: Handler<M> }

/** What a conductor implements: one handler a method. All give boot files to machines; the rest is for those that keep copies. */
export type Handlers = Pick<AllHandlers, 'get_boot_config'> & Partial<AllHandlers>

/** How one call is to be made. */
export interface CallOptions {
  /** Gives the call up. */
  signal?: AbortSignal
  /** For methods that wait for something; default: the client's. */
  timeoutSeconds?: number
}

/**
 * The version that this release's conductors answer. A call says in `rpc.version` the lowest that it needs.
 *
 * A new method, and a new optional parameter of an old one, take the next minor version, as `since` or in `paramsSince`;
 * bootring's own begin at 1.101, above all of Ironic's (1.61 in 2025), whose callers are answered whichever they say.
 * Members may be added to results at any time: callers pass over what they do not know. Nothing else may change.
 */
export const rpcVersion: RpcVersion = '1.101'

/** Calls one method on one conductor; host names may carry their own port. Throws `ConductorUnreachable` or the callee's `BootringError`. */
export interface ConductorClient {
  call<M extends MethodName>(
    hostname: string,
    method: M,
    params: Params<M>,
    context: CallContext & CallOptions,
  ): Promise<Result<M>>
}
