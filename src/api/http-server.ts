import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type HttpExchange, NodeHttpExchange } from '../http/http-exchange.ts'
import { type PlainFront, putPlainFront } from '../http/plain-front.ts'
import { isBootTarget } from './boot-path.ts'

/** Answers what is asked below /v1/boot. */
export type BootHandler = (exchange: HttpExchange) => void

/** Answers a request on Node's own objects. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void

/** Connections of one process; further ones are closed at once. A fleet that boots together keeps one a machine. */
const maxConnections = 20_000

/**
 * The HTTP server of the API, without a listener: /v1/boot goes to `boot`, everything else to `others`. Machines' plain
 * requests take a short way before it.
 * Its limits are wide for slow firmware on a crowded link, and narrow for those who open connections to hold them.
 */
export function createApiHttpServer(boot: BootHandler, others: NodeHandler): { server: Server; front: PlainFront } {
  const handler: NodeHandler = (request, response) => {
    if (isBootTarget(request.url ?? '')) boot(new NodeHttpExchange(request, response))
    else others(request, response)
  }
  const server = createServer(
    {
      // Request line and header fields together.
      maxHeaderSize: 16_384,
      headersTimeout: 20_000,
      requestTimeout: 60_000,
      // Longer than the 60 s for which nginx and most proxies keep theirs, so that they never meet one just closed.
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
      // Nothing here looks at Host, and some firmware leaves it out or gets it wrong.
      requireHostHeader: false,
    },
    handler,
  )
  server.maxConnections = maxConnections
  // iPXE hangs on a "100 Continue"; nothing below /v1/boot takes a body anyway.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!isBootTarget(request.url ?? '')) response.writeContinue()
    handler(request, response)
  })
  // Node would answer 417 without a length.
  server.on('checkExpectation', handler)
  const front = putPlainFront(server, {
    takes: ({ method, target }) => method === 'GET' && isBootTarget(target),
    handle: boot,
  })
  return { server, front }
}

/** Answers what is no HTTP request, is too long or too slow. Says nothing but the status, and closes. */
export function answerBadRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = statusLines.get(error.code ?? '') ?? '400 Bad Request'
  const body = `${status.slice(4)}\n`
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

const statusLines: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
])
