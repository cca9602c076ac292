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
  list_boot_files: {
    params: { epoch: string; since: number; wait: number }
    result: BootFileChanges
  }
  get_boot_file: {
    params: { node_id: string; name: string; sha256: string }
    result: string
  }
}

/** What has changed among the boot files that a conductor's Ironic has written. */
export interface BootFileChanges {
  epoch: string
  restarted: boolean
  next: number
  more: boolean
  files: ListedBootFile[]
  removed: { node_id: string; name: string }[]
}

export interface ListedBootFile {
  node_id: string
  name: string
  sha256: string
  size: number
  state_family: string
  written_at: number
}

/** `major.minor`, as oslo writes it. */
export type RpcVersion = `${number}.${number}`

export type MethodName = keyof Shapes
export type Params<M extends MethodName> = Shapes[M]['params']
export type Result<M extends MethodName> = Shapes[M]['result']

/** A method as data: JSON schemas of what goes in and out, which the compiler holds against the types above. */
interface Method<M extends MethodName> {
  description: string
  /** The version that brought it. */
  since: RpcVersion
  /** The versions that brought those of its optional parameters that came later. */
  paramsSince?: Readonly<Partial<Record<keyof Params<M> & string, RpcVersion>>>
  params: JSONSchemaType<Params<M>>
  result: JSONSchemaType<Result<M>> & { type: string; description?: string }
}

const nodeId = {
  type: 'string',
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'Canonical UUID of the node.',
} as const
const fileName = {
  type: 'string',
  pattern: '^[a-z][a-z0-9.-]{0,62}$',
  description: 'Name of the boot file, e.g. `boot.ipxe`.',
} as const
const sha256 = {
  type: 'string',
  pattern: '^[0-9a-f]{64}$',
  description: "Of the text's bytes in UTF-8, hexadecimal.",
} as const

export const methods: { readonly [M in MethodName]: Method<M> } = {
  get_boot_config: {
    since: '1.0',
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
  list_boot_files: {
    since: '1.0',
    description:
      "What has changed among the boot files that Ironic's conductor on this host has written. Where nothing has, the answer waits for the next change. Attached conductors with `[bootring]replicate` only.",
    params: {
      type: 'object',
      properties: {
        epoch: { type: 'string', maxLength: 64, description: 'As last answered; empty at first.' },
        since: { type: 'integer', minimum: 0, description: '`next` as last answered; 0 at first.' },
        wait: { type: 'number', minimum: 0, maximum: 20, description: 'How long to wait for a change, in seconds.' },
      },
      required: ['epoch', 'since', 'wait'],
    },
    result: {
      type: 'object',
      description: 'Changes in the order in which they came, 1000 at most.',
      properties: {
        epoch: { type: 'string', maxLength: 64, description: 'Another one when the conductor has been restarted.' },
        restarted: {
          type: 'boolean',
          description: 'This answer begins a list of all there is: what neither it nor its continuation names is gone.',
        },
        next: { type: 'integer', minimum: 0, description: '`since` of the next call.' },
        more: { type: 'boolean', description: 'The list goes on: call again.' },
        files: {
          type: 'array',
          maxItems: 1000,
          description: 'Files that are new or have changed.',
          items: {
            type: 'object',
            properties: {
              node_id: nodeId,
              name: fileName,
              sha256,
              size: { type: 'integer', minimum: 0, description: "Of the file's text, in bytes." },
              state_family: {
                type: 'string',
                maxLength: 16,
                description: 'What the node is going through: `clean`, `deploy`, `inspect`, `rescue` or `service`.',
              },
              written_at: {
                type: 'number',
                minimum: 0,
                description: 'When the file was written, in milliseconds since 1970 (UTC).',
              },
            },
            required: ['node_id', 'name', 'sha256', 'size', 'state_family', 'written_at'],
          },
        },
        removed: {
          type: 'array',
          maxItems: 1000,
          description: 'Files that are there no longer, or no longer of use.',
          items: {
            type: 'object',
            properties: { node_id: nodeId, name: fileName },
            required: ['node_id', 'name'],
          },
        },
      },
      required: ['epoch', 'restarted', 'next', 'more', 'files', 'removed'],
    },
  },
  get_boot_file: {
    since: '1.0',
    description:
      'Gives the text of a file that `list_boot_files` has named, while it still is the same. Attached conductors with `[bootring]replicate` only.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, name: fileName, sha256 },
      required: ['node_id', 'name', 'sha256'],
    },
    result: { type: 'string', description: "The file's text." },
  },
}

/** What accompanies each call. */
export interface CallContext {
  /** Follows a request through every log. */
  requestId: string
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
export const rpcVersion: RpcVersion = '1.100'

/** Calls one method on one conductor; host names may carry their own port. Throws `ConductorUnreachable` or the callee's `BootringError`. */
export interface ConductorClient {
  call<M extends MethodName>(
    hostname: string,
    method: M,
    params: Params<M>,
    context: CallContext & CallOptions,
  ): Promise<Result<M>>
}
