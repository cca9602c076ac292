/** What one RPC server takes at most, and how long it waits. The numbers stand in docs/limits.md. */
export interface RpcServerLimits {
  /** `[bootring]max_rpc_calls`. */
  maxCalls: number
  /** Of all callers; without TLS a further one takes the place of an idle one, with TLS it is closed at once. */
  maxConnections: number
  /** Calls that a caller may send ahead of their answers on one connection. */
  maxPipelinedCalls: number
  maxHeaderBytes: number
  maxBodyBytes: number
  headersTimeoutSeconds: number
  /** For the whole request to come in. */
  requestTimeoutSeconds: number
  /** How long an idle connection is kept. */
  keepAliveSeconds: number
  /** For a caller that takes nothing of its answer. */
  stalledSeconds: number
  /** Silence after which the system asks whether the caller is still there. */
  probeAfterSeconds: number
  /** How long `close` waits for calls in flight. */
  closeGraceSeconds: number
}

export const rpcServerLimits: Readonly<RpcServerLimits> = {
  maxCalls: 1024,
  maxConnections: 4096,
  maxPipelinedCalls: 16,
  maxHeaderBytes: 16_384,
  // What the API takes, and what writing it as JSON anew adds.
  maxBodyBytes: 8_388_608,
  headersTimeoutSeconds: 20,
  requestTimeoutSeconds: 30,
  keepAliveSeconds: 75,
  stalledSeconds: 120,
  probeAfterSeconds: 30,
  closeGraceSeconds: 10,
}
