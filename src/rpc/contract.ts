import type { JSONSchemaType } from 'ajv'

/*
 * The methods a conductor answers, with the shapes of their parameters and results. Nothing else can be called.
 * Every call also carries `context` (an object) and may carry `rpc.version`. The reference page is made from this file.
 */

interface Shapes {
  get_boot_config: {
    params: { node_id: string; name: string }
    result: string
  }
}

export type MethodName = keyof Shapes
export type Params<M extends MethodName> = Shapes[M]['params']
export type Result<M extends MethodName> = Shapes[M]['result']

/** A method as data: JSON schemas of what goes in and out, which the compiler holds against the types above. */
interface Method<M extends MethodName> {
  description: string
  params: JSONSchemaType<Params<M>>
  result: JSONSchemaType<Result<M>> & { type: string; maxLength?: number }
}

export const methods: { readonly [M in MethodName]: Method<M> } = {
  get_boot_config: {
    description: 'Gives the text of a boot file of a node. It takes no lock and changes nothing.',
    params: {
      type: 'object',
      properties: {
        node_id: { type: 'string', maxLength: 64, description: 'Canonical UUID of the node.' },
        name: { type: 'string', maxLength: 255, description: 'Name of the boot file, e.g. `boot.ipxe`.' },
      },
      required: ['node_id', 'name'],
    },
    result: { type: 'string', description: "The file's text." },
  },
}

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
