/** How long a statement waits for another process's write, in all. */
export const busyTimeoutMilliseconds = 10_000
