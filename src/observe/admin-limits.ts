/** What the admin port takes at most, and how long it waits. The numbers stand in docs/limits.md. */
export const adminLimits = {
  /** Further ones are closed at once. */
  maxConnections: 256,
  maxHeaderBytes: 8_192,
  requestTimeoutMilliseconds: 10_000,
  keepAliveTimeoutMilliseconds: 5_000,
  stalledTimeoutMilliseconds: 60_000,
  readyTimeoutSeconds: 5,
} as const
