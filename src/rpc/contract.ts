import Type, { type Static } from 'typebox'

/*
 * The methods a conductor answers, with the shapes of their parameters and results. Nothing else can be called.
 * Every call also carries `context` (an object) and may carry `rpc.version`. The reference page is made from this file.
 */

const getBootConfig = {
  description: 'Gives the text of a boot file of a node. It takes no lock and changes nothing.',
  params: Type.Object({
    node_id: Type.String({ maxLength: 64, description: 'Canonical UUID of the node.' }),
    name: Type.String({ maxLength: 255, description: 'Name of the boot file, e.g. `boot.ipxe`.' }),
  }),
  result: Type.String({ description: "The file's text." }),
}

export const methods = { get_boot_config: getBootConfig }

export type MethodName = keyof typeof methods
export type Params<M extends MethodName> = Static<(typeof methods)[M]['params']>
export type Result<M extends MethodName> = Static<(typeof methods)[M]['result']>

/** What accompanies each call. */
export interface CallContext {
  /** Follows a request through every log. */
  requestId: string
}

/** What a conductor implements: one handler a method. */
export type Handlers = { [M in MethodName]: (params: Params<M>, context: CallContext) => Promise<Result<M>> }

/** The version bootring's callers say in `rpc.version`. Ironic's own API stood at 1.56 when the method was specified. */
export const rpcVersion = '1.0'

/** Calls one method on one conductor; host names may carry their own port. Throws `ConductorUnreachable` or the callee's `BootringError`. */
export interface ConductorClient {
  call<M extends MethodName>(
    hostname: string,
    method: M,
    params: Params<M>,
    context: CallContext & { signal?: AbortSignal },
  ): Promise<Result<M>>
}
