import { BootringError, type ErrorCode, errorKinds } from '../model/errors.ts'
import type { RpcVersion } from './shapes.ts'

/** Codes of JSON-RPC 2.0 itself, and one of those that it leaves to servers. Source: jsonrpc.org/specification, section 5.1. */
export const protocolErrors = {
  ParseError: { code: -32700, meaning: 'The body is not JSON.' },
  InvalidRequest: {
    code: -32600,
    meaning: 'The body is no JSON-RPC 2.0 request object (arrays, that is batches, are not supported).',
  },
  MethodNotFound: { code: -32601, meaning: 'There is no such method.' },
  InvalidParams: {
    code: -32602,
    meaning: 'The parameters do not match the method, or `context` is missing or no object.',
  },
  UnsupportedVersion: {
    code: -32001,
    meaning: 'The call needs a later minor version, or another major version, than this conductor answers.',
  },
} as const

/** What stands in `error` for a fault of our own; the cause goes to the log only. */
export const unexpectedError = { code: 500, message: "Unexpected error; see the conductor's log" } as const

/** A request that breaks the protocol. */
export class ProtocolError extends Error {
  readonly code: number
  constructor(kind: keyof typeof protocolErrors, message: string) {
    super(message)
    this.name = kind
    this.code = protocolErrors[kind].code
  }
}

/** The `error` member of an answer. */
export interface ErrorObject {
  code: number
  message: string
  data?: { class: string }
}

/** How an expected failure is told to the caller. */
export function errorObject(error: BootringError | ProtocolError): ErrorObject {
  if (error instanceof ProtocolError) return { code: error.code, message: error.message }
  return { code: error.kind.rpcCode, message: error.message, data: { class: error.kind.rpcClass } }
}

const codesByClass = new Map<string, ErrorCode>()
for (const [code, kind] of Object.entries(errorKinds) as [ErrorCode, { rpcClass: string }][]) {
  codesByClass.set(kind.rpcClass, code)
}

/**
 * The callee's error as ours. Classes not in our table, and faults of the callee, become `BootConfigUnavailable`: the
 * conductor was reached, so this is not `ConductorUnreachable`, but it has no file for us.
 */
export function errorFromCallee(
  hostname: string,
  method: string,
  error: ErrorObject,
  needed: RpcVersion = '1.0',
): BootringError {
  if (error.code === protocolErrors.MethodNotFound.code) {
    return new BootringError(
      'UnsupportedCall',
      `conductor ${hostname} does not know ${method}: it is of an older release, or an Ironic conductor that does not know it yet (attached, set [bootring]rpc_port to the port of bootring's own conductors)`,
    )
  }
  // Release 0.1 looked at no version: it refused parameters that it did not know.
  const refusesParams = error.code === protocolErrors.InvalidParams.code && needed !== '1.0'
  if (error.code === protocolErrors.UnsupportedVersion.code || refusesParams) {
    return new BootringError(
      'UnsupportedCall',
      `conductor ${hostname} does not answer ${method} of RPC version ${needed}: it is of an older release`,
    )
  }
  const known = error.data === undefined ? undefined : codesByClass.get(error.data.class)
  if (known !== undefined) return new BootringError(known, error.message)
  const kind = error.data === undefined ? '' : ` ${error.data.class}`
  return new BootringError(
    'BootConfigUnavailable',
    `conductor ${hostname} failed ${method} with ${error.code}${kind}: ${error.message}`,
  )
}
