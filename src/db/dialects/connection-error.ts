// The drivers have no code of their own for these.
const driverWords =
  /^Connection terminated|^Connection ended|^timeout exceeded when trying to connect|not queryable|^Query read timeout|in closed state|^Pool is closed|^Cannot use a pool after|^driver has already been destroyed|^The server does not support SSL|^Client was closed|^timeout expired/i

const codes =
  /^(E(CONN\w+|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|HOSTDOWN|ADDRNOTAVAIL|ACCES|NOENT|NOTFOUND|AI_\w+|MFILE|PROTO)|PROTOCOL_\w+|HANDSHAKE_\w+|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|POOL_TIMEOUT)$/

/** Whether an error is that of a connection which could not be made or was lost, rather than of what was asked. */
export function isConnectionError(error: Error): boolean {
  if (error instanceof AggregateError) return error.errors.some((one) => one instanceof Error && isConnectionError(one))
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return codes.test(code) || driverWords.test(error.message)
}
