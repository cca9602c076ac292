import { buildConnector } from 'undici'

const resetsAfterUse = new WeakSet<Error>()

/** Whether this error broke a connection that had carried an answer before: a kept one that went stale. */
export function brokeUsedConnection(error: Error): boolean {
  if (resetsAfterUse.has(error)) return true
  // undici's own error for a connection that the other side ended describes the socket.
  const { code, socket } = error as { code?: unknown; socket?: { bytesRead?: unknown } }
  return code === 'UND_ERR_SOCKET' && Number(socket?.bytesRead ?? 0) > 0
}

/** Opens connections and remembers which errors hit one that was in use already. */
export function trackingConnector(options: {
  timeoutMs: number
  ca: string | undefined
  /** True: any certificate will do. */
  insecure: boolean
}): buildConnector.connector {
  const connect = buildConnector({
    timeout: options.timeoutMs,
    allowH2: false,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.insecure ? { rejectUnauthorized: false } : {}),
  })
  return (target, callback) =>
    connect(target, (...result) => {
      const [error, socket] = result
      if (error === null) {
        // Prepended: undici's own listener hands the error on to the call.
        socket.prependListener('error', (broken: Error) => {
          if (socket.bytesRead > 0) resetsAfterUse.add(broken)
        })
      }
      callback(...result)
    })
}
