import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ConnectionTable } from '../http/connection-table.ts'
import { type HttpExchange, NodeHttpExchange } from '../http/http-exchange.ts'
import { inTurn } from '../http/in-turn.ts'
import { type PlainFront, putPlainFront } from '../http/plain-front.ts'
import type { ApiLimits } from './api-limits.ts'
import { isBootTarget } from './boot/boot-path.ts'

/** Answers what is asked below /v1/boot. */
export type BootHandler = (exchange: HttpExchange) => void

/** Answers a request on Node's own objects. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void

export interface ApiHttpServerParts {
  boot: BootHandler
  /** Everything else. */
  others: NodeHandler
  limits: ApiLimits
  /** Clients that may have any number of connections. */
  isProxy(address: string): boolean
}

/**
 * The HTTP server of the API, without a listener: /v1/boot goes to `boot`, everything else to `others`. Machines' plain
 * requests take a short way before it.
 */
export function createApiHttpServer(parts: ApiHttpServerParts): { server: Server; front: PlainFront } {
  const { boot, isProxy, limits, others } = parts
  const table = new ConnectionTable({ ...limits, isExempt: isProxy })
  const handler = inTurn((request, response) => {
    if (isBootTarget(request.url ?? '')) {
      dropBody(request, limits.maxBootBodyBytes)
      boot(new NodeHttpExchange(request, response))
    } else others(request, response)
  }, limits.maxPipelinedRequests)
  const server = createServer(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMilliseconds,
      requestTimeout: limits.requestTimeoutMilliseconds,
      keepAliveTimeout: limits.keepAliveTimeoutMilliseconds,
      connectionsCheckingInterval: limits.checkIntervalMilliseconds,
      keepAlive: true,
      keepAliveInitialDelay: limits.probeAfterMilliseconds,
      // Nothing here looks at Host, and some firmware leaves it out or gets it wrong.
      requireHostHeader: false,
    },
    handler,
  )
  server.timeout = limits.stalledTimeoutMilliseconds
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
    table,
  })
  return { server, front }
}

/** Throws a body away, and cuts off whoever sends more than `maxBytes` of it. */
function dropBody(request: IncomingMessage, maxBytes: number): void {
  const { headers } = request
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) request.socket.destroy()
  })
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
