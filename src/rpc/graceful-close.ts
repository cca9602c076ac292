import type { Server } from 'node:http'
import type { PlainFront } from '../http/plain-front.ts'

/** Ends an HTTP server without cutting off what it works on. */
export interface GracefulCloser {
  /** From the first call of `close` on; answers should then end their connection. */
  isClosing(): boolean
  /** Stops accepting, waits for the requests in flight, at most `graceSeconds`, then ends all connections. */
  close(graceSeconds: number): Promise<void>
}

/** Watches a server's requests; call it before the server listens. `front`: the short way before it, if there is one. */
export function gracefulCloser(server: Server, front?: PlainFront): GracefulCloser {
  let inFlight = 0
  let closed: Promise<void> | undefined
  server.on('request', (_request, response) => {
    inFlight++
    if (closed !== undefined) response.shouldKeepAlive = false
    response.once('close', () => {
      inFlight--
      if (closed !== undefined && inFlight === 0) server.closeAllConnections()
    })
  })
  return {
    isClosing: () => closed !== undefined,
    close(graceSeconds) {
      closed ??= new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          front?.closeAll()
          server.closeAllConnections()
        }, graceSeconds * 1000)
        front?.drain()
        server.close(() => {
          clearTimeout(timer)
          resolve()
        })
        if (inFlight === 0) server.closeAllConnections()
      })
      return closed
    },
  }
}
