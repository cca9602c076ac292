const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  UND_ERR_SOCKET: 'connection closed before an answer came',
  ERR_SSL_WRONG_VERSION_NUMBER: 'TLS failure: no TLS at the other end: is [json_rpc]use_ssl the same there?',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  ETIMEDOUT: 'connecting took too long',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not found (name server does not answer)',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
}

/** What went wrong on the connection, in an operator's words, with the system's own beside them. */
export function connectionFailure(error: Error): string {
  const code = codeOf(error)
  const known = code === undefined ? undefined : words[code]
  if (known !== undefined) return `${known} (${code})`
  if (error.name === 'HTTPParserError') return `answer is not HTTP (${error.message})`
  const detail = error.message || code || error.name
  return isTlsCode(code) ? `TLS failure: ${detail} (${code})` : detail
}

/** Where several addresses were tried, node gives one error that holds them all, without words of its own. */
function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  if (typeof code === 'string') return code
  return error instanceof AggregateError && error.errors[0] instanceof Error ? codeOf(error.errors[0]) : undefined
}

function isTlsCode(code: string | undefined): boolean {
  return code !== undefined && /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|.*SELF_SIGNED_CERT)/.test(code)
}
