/** What a file server takes at most, and how long it waits. The numbers stand in docs/limits.md. */
export interface FileServerLimits {
  /** `[bootring]max_downloads`. */
  maxDownloads: number
  /** Further ones take the place of an idle one. */
  maxConnections: number
  /** `[bootring]max_connections_per_address`. */
  maxConnectionsPerAddress: number
  /** Requests that a client may send ahead of their answers on one connection. */
  maxPipelinedRequests: number
  maxHeaderBytes: number
  headersTimeoutMilliseconds: number
  requestTimeoutMilliseconds: number
  keepAliveTimeoutMilliseconds: number
  /** A machine that was switched off in the middle of a download must not hold its connection for ever. */
  stalledTimeoutMilliseconds: number
  /** Silence after which the system asks whether the client is still there. */
  probeAfterMilliseconds: number
}

export const fileServerLimits: Readonly<FileServerLimits> = {
  maxDownloads: 1024,
  maxConnections: 20_000,
  maxConnectionsPerAddress: 2_048,
  maxPipelinedRequests: 16,
  maxHeaderBytes: 16_384,
  headersTimeoutMilliseconds: 20_000,
  requestTimeoutMilliseconds: 60_000,
  keepAliveTimeoutMilliseconds: 75_000,
  stalledTimeoutMilliseconds: 120_000,
  probeAfterMilliseconds: 30_000,
}
