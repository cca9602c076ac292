import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { ConnectionTable } from '../http/connection-table.ts'
import { type HttpExchange, NodeHttpExchange } from '../http/http-exchange.ts'
import { inTurn } from '../http/in-turn.ts'
import { type PlainFront, putPlainFront } from '../http/plain-front.ts'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { RequestTracer } from '../observe/trace.ts'
import { type CallerFields, type CallerGuard, createCallerGuard, type RpcAuth } from './caller-guard.ts'
import type { Handlers } from './contract.ts'
import { type CallObserver, createDispatcher, type Dispatcher } from './dispatcher.ts'
import { gracefulCloser } from './graceful-close.ts'
import { errorBody, jsonFields } from './json-answer.ts'
import { type ListenAddress, listen } from './listen.ts'
import { receiveBody } from './receive-body.ts'
import { refuseBrokenRequests } from './refuse-broken-requests.ts'
import { refuseLargeBody } from './refuse-large-body.ts'
import { type RpcServerLimits, rpcServerLimits } from './rpc-limits.ts'

export interface RpcServerOptions {
  host: string
  /** 0: any free one. */
  port: number
  handlers: Handlers
  auth: RpcAuth
  /** PEM files. */
  tls?: { certFile: string; keyFile: string } | undefined
  logger: Logger
  limits?: Partial<RpcServerLimits>
  onCall?: CallObserver | undefined
  tracer?: RequestTracer | undefined
}

export interface RpcServer {
  address: ListenAddress
  /** Stops accepting, finishes the calls in flight, then ends the connections. */
  close(): Promise<void>
}

/**
 * Ironic's JSON-RPC over HTTP(S): POST to any path. Rejects with `ConfigInvalid` for a bad certificate or user file,
 * with the system's error where it can't listen.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { logger } = options
  const limits = { ...rpcServerLimits, ...options.limits }
  const { handlers, onCall: observe, tracer } = options
  const dispatch = createDispatcher(handlers, logger, limits.maxCalls, { observe, tracer })
  const server = createHttpServer(options.tls, limits)
  const handling = {
    dispatch,
    guard: createCallerGuard(options.auth, logger),
    maxBodyBytes: limits.maxBodyBytes,
    logger,
    isClosing: () => closer.isClosing(),
  }
  // TLS is Node's alone.
  const front = options.tls === undefined ? plainFront(server, handling, limits.maxConnections) : undefined
  const closer = gracefulCloser(server, front)
  server.on(
    'request',
    inTurn((request, response) => handle(request, response, handling), limits.maxPipelinedCalls),
  )
  refuseBrokenRequests(server)
  const address = await listen(server, options)

  return { address, close: () => closer.close(limits.closeGraceSeconds) }
}

function createHttpServer(tls: RpcServerOptions['tls'], limits: RpcServerLimits): Server {
  const timeouts = {
    headersTimeout: limits.headersTimeoutSeconds * 1000,
    requestTimeout: limits.requestTimeoutSeconds * 1000,
    keepAliveTimeout: limits.keepAliveSeconds * 1000,
    connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutSeconds * 500),
    maxHeaderSize: limits.maxHeaderBytes,
    keepAlive: true,
    keepAliveInitialDelay: limits.probeAfterSeconds * 1000,
  }
  const server = tls === undefined ? createServer(timeouts) : createTls(tls, timeouts)
  server.timeout = limits.stalledSeconds * 1000
  // Without TLS there is a table of connections, which makes room by itself.
  if (tls !== undefined) server.maxConnections = limits.maxConnections
  return server
}

function createTls(tls: { certFile: string; keyFile: string }, options: ServerOptions): Server {
  try {
    return createTlsServer({ ...options, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) })
  } catch (error) {
    const reason = `certificate ${tls.certFile} with key ${tls.keyFile}: ${(error as Error).message}`
    throw new BootringError('ConfigInvalid', reason, { cause: error })
  }
}

interface Handling {
  dispatch: Dispatcher
  guard: CallerGuard
  maxBodyBytes: number
  logger: Logger
  isClosing(): boolean
}

const authorization = /^authorization:[ \t]*(.*?)[ \t]*$/im
const host = /^host:[ \t]*(.*?)[ \t]*$/im
/** Of a web page: only browsers say it. */
const origin = /^origin:/im

/** Calls of other bootring processes are plain. */
function plainFront(server: Server, handling: Handling, maxConnections: number): PlainFront {
  return putPlainFront(server, {
    // All callers may be on one host.
    table: new ConnectionTable({ maxConnections, maxConnectionsPerAddress: Number.POSITIVE_INFINITY }),
    takes: ({ body, fields, method }) =>
      method === 'POST' && Buffer.byteLength(body) <= handling.maxBodyBytes && !origin.test(fields),
    handle: (exchange) => {
      const { body, fields } = exchange.request
      const headers = { authorization: authorization.exec(fields)?.[1], host: host.exec(fields)?.[1] }
      void respond(exchange, headers, body, handling)
    },
  })
}

function handle(request: IncomingMessage, response: ServerResponse, handling: Handling): void {
  const exchange = new NodeHttpExchange(request, response)
  if (request.method !== 'POST') {
    request.resume()
    send(
      exchange,
      { status: 405, text: errorBody(405, 'Only POST method can be used'), fields: ['Allow', 'POST'] },
      false,
    )
    return
  }
  receiveBody(request, handling.maxBodyBytes, (body, failure) => {
    if (failure === undefined && body !== undefined) {
      void respond(exchange, request.headers, body, handling)
    } else {
      refuseLargeBody(request, response, handling.maxBodyBytes)
    }
  })
}

interface Answer {
  status: number
  /** JSON; none for a notification. */
  text?: string | undefined
  /** Names and values of further header fields in turn. */
  fields?: readonly string[]
}

/** Never rejects. */
async function respond(exchange: HttpExchange, headers: CallerFields, body: string, handling: Handling) {
  let answer: Answer
  try {
    answer = await answerTo(exchange, headers, body, handling)
  } catch (error) {
    handling.logger.error({ err: error }, 'rpc request failed')
    answer = { status: 500, text: errorBody(500, 'Unexpected error') }
  }
  send(exchange, answer, handling.isClosing())
}

async function answerTo(
  { remoteAddress }: HttpExchange,
  headers: CallerFields,
  body: string,
  { dispatch, guard }: Handling,
): Promise<Answer> {
  const judged = guard(headers, remoteAddress)
  const refusal = judged instanceof Promise ? await judged : judged
  if (refusal !== undefined) {
    const { fields = [], message, status } = refusal
    return { status, text: errorBody(status, message), fields }
  }
  const text = await dispatch(body)
  return text === undefined ? { status: 204 } : { status: 200, text }
}

function send(exchange: HttpExchange, { fields = [], status, text }: Answer, last: boolean): void {
  if (text === undefined) exchange.answer(status, fields, '', last)
  else exchange.answer(status, [...jsonFields(text), ...fields], text, last)
}
