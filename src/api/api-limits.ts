/** What one API process takes at most, and how long it waits. The numbers stand in docs/limits.md. */
export interface ApiLimits {
  /** `[bootring]max_boot_requests`. */
  maxBootRequests: number
  /** Calls of the agents that run on machines, worked on at once. */
  maxAgentRequests: number
  /** Those of one address. */
  maxAgentRequestsPerAddress: number
  /** `[bootring]max_management_requests`. */
  maxManagementRequests: number
  /** Management requests that wait for their turn. */
  maxManagementWaiting: number
  maxManagementWaitMilliseconds: number
  /** While boot requests take more than this share of their limit, management has to make do with its minimum. */
  busyShareOfBootRequests: number
  /** Management requests that are worked on however many machines boot. */
  minManagementRequests: number
  /** Management requests begun in one turn of the event loop: boot requests come in between. */
  managementStartsPerTurn: number
  /** Further ones take the place of an idle one. A fleet that boots together keeps one a machine. */
  maxConnections: number
  /** `[bootring]max_connections_per_address`. */
  maxConnectionsPerAddress: number
  /** Requests that a client may send ahead of their answers on one connection. */
  maxPipelinedRequests: number
  /** Request line and header fields together. */
  maxHeaderBytes: number
  headersTimeoutMilliseconds: number
  requestTimeoutMilliseconds: number
  keepAliveTimeoutMilliseconds: number
  /** For a client that takes nothing of its answer. */
  stalledTimeoutMilliseconds: number
  /** Silence after which the system asks whether the client is still there. */
  probeAfterMilliseconds: number
  /** How often Node looks for requests that take too long. */
  checkIntervalMilliseconds: number
  /** Bodies below /v1/boot mean nothing, and are thrown away as far as this. */
  maxBootBodyBytes: number
  maxBodyBytes: number
}

export const apiLimits: Readonly<ApiLimits> = {
  maxBootRequests: 1024,
  maxAgentRequests: 256,
  // A machine makes one call at a time.
  maxAgentRequestsPerAddress: 32,
  maxManagementRequests: 64,
  maxManagementWaiting: 256,
  maxManagementWaitMilliseconds: 2_000,
  busyShareOfBootRequests: 0.5,
  minManagementRequests: 2,
  managementStartsPerTurn: 2,
  maxConnections: 20_000,
  maxConnectionsPerAddress: 2_048,
  maxPipelinedRequests: 16,
  maxHeaderBytes: 16_384,
  // Wide for slow firmware on a crowded link, narrow for those who open connections to hold them.
  headersTimeoutMilliseconds: 20_000,
  requestTimeoutMilliseconds: 60_000,
  // Longer than the 60 s for which nginx and most proxies keep theirs, so that they never meet one just closed.
  keepAliveTimeoutMilliseconds: 65_000,
  stalledTimeoutMilliseconds: 120_000,
  probeAfterMilliseconds: 30_000,
  checkIntervalMilliseconds: 5_000,
  maxBootBodyBytes: 65_536,
  // Inventories and instance_info with a config drive; each byte of it is parsed while machines wait.
  maxBodyBytes: 4_194_304,
}
