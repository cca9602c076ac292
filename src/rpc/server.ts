import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import { type AuthResult, type BasicAuthenticator, basicChallenge, createBasicAuthenticator } from './basic-auth.ts'
import type { Handlers } from './contract.ts'
import { createDispatcher, type Dispatcher } from './dispatcher.ts'
import { gracefulCloser } from './graceful-close.ts'
import { HtpasswdFile } from './htpasswd.ts'
import { type ListenAddress, listen } from './listen.ts'
import { receiveBody } from './receive-body.ts'
import { refuseBrokenRequests } from './refuse-broken-requests.ts'

/** How callers are known. */
export type RpcAuth = { strategy: 'noauth' } | { strategy: 'http_basic'; userFile: string }

export interface RpcServerLimits {
  maxBodyBytes: number
  headersTimeoutSeconds: number
  /** For the whole request to come in. */
  requestTimeoutSeconds: number
  /** How long an idle connection is kept. */
  keepAliveSeconds: number
  /** How long `close` waits for calls in flight. */
  closeGraceSeconds: number
}

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
}

export interface RpcServer {
  address: ListenAddress
  /** Stops accepting, finishes the calls in flight, then ends the connections. */
  close(): Promise<void>
}

const defaultLimits: RpcServerLimits = {
  maxBodyBytes: 1024 * 1024,
  headersTimeoutSeconds: 20,
  requestTimeoutSeconds: 30,
  keepAliveSeconds: 75,
  closeGraceSeconds: 10,
}

/** How long the rest of a refused body is read and thrown away: closing at once could cost the client our answer. */
const lingerMs = 1000

/**
 * Ironic's JSON-RPC over HTTP(S): POST to any path. Rejects with `ConfigInvalid` for a bad certificate or user file,
 * with the system's error where it can't listen.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { logger } = options
  const limits = { ...defaultLimits, ...options.limits }
  const authenticate =
    options.auth.strategy === 'http_basic'
      ? createBasicAuthenticator(new HtpasswdFile(options.auth.userFile, logger))
      : undefined
  const dispatch = createDispatcher(options.handlers, logger)
  const server = createHttpServer(options.tls, limits)
  const closer = gracefulCloser(server)
  const handling = { dispatch, authenticate, maxBodyBytes: limits.maxBodyBytes, logger, isClosing: closer.isClosing }
  server.on('request', (request, response) => handle(request, response, handling))
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
  }
  if (tls === undefined) return createServer(timeouts)
  try {
    return createTlsServer({ ...timeouts, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) })
  } catch (error) {
    const reason = `certificate ${tls.certFile} with key ${tls.keyFile}: ${(error as Error).message}`
    throw new BootringError('ConfigInvalid', reason, { cause: error })
  }
}

interface Handling {
  dispatch: Dispatcher
  authenticate: BasicAuthenticator | undefined
  maxBodyBytes: number
  logger: Logger
  isClosing(): boolean
}

function handle(request: IncomingMessage, response: ServerResponse, handling: Handling): void {
  if (request.method !== 'POST') {
    request.resume()
    answerError(response, 405, 'Only POST method can be used', { Allow: 'POST' })
    return
  }
  receiveBody(request, handling.maxBodyBytes, (body, failure) => {
    if (failure !== undefined || body === undefined) {
      refuseLargeBody(request, response, handling.maxBodyBytes)
      return
    }
    respond(request, response, body, handling).catch((error: unknown) => {
      handling.logger.error({ err: error }, 'rpc request failed')
      if (response.headersSent) response.destroy()
      else answerError(response, 500, 'Unexpected error')
    })
  })
}

async function respond(request: IncomingMessage, response: ServerResponse, body: string, handling: Handling) {
  if (handling.authenticate !== undefined) {
    const known = handling.authenticate(request.headers.authorization)
    const caller = known instanceof Promise ? await known : known
    if (typeof caller === 'string') {
      refuseCaller(request, response, caller, handling)
      return
    }
  }
  const answer = await handling.dispatch(body)
  if (handling.isClosing()) response.shouldKeepAlive = false
  if (answer === undefined) response.writeHead(204).end()
  else answerJson(response, 200, answer)
}

function refuseCaller(
  request: IncomingMessage,
  response: ServerResponse,
  reason: Extract<AuthResult, string>,
  { logger }: Handling,
): void {
  logger.warn({ remoteAddress: request.socket.remoteAddress, reason }, 'rpc caller refused')
  if (reason === 'busy') {
    answerError(response, 503, 'Too many logins are being checked', { 'Retry-After': '1' })
    return
  }
  const message = reason === 'missing' ? 'Authorization required' : 'Incorrect username or password'
  answerError(response, 401, message, { 'Www-Authenticate': basicChallenge })
}

function refuseLargeBody(request: IncomingMessage, response: ServerResponse, maxBodyBytes: number): void {
  const text = errorBody(413, `Request body is larger than ${maxBodyBytes} bytes`)
  response.shouldKeepAlive = false
  response.writeHead(413, jsonHeaders(text)).write(text)
  const finish = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(finish, lingerMs)
  request.once('end', finish).once('close', finish).resume()
}

function answerJson(response: ServerResponse, status: number, text: string, extra?: Record<string, string>): void {
  response.writeHead(status, extra === undefined ? jsonHeaders(text) : { ...jsonHeaders(text), ...extra }).end(text)
}

function answerError(response: ServerResponse, status: number, message: string, extra?: Record<string, string>): void {
  answerJson(response, status, errorBody(status, message), extra)
}

function errorBody(code: number, message: string): string {
  return JSON.stringify({ error: { code, message } })
}

function jsonHeaders(text: string): Record<string, string | number> {
  return { 'Content-Type': 'application/json; charset=UTF-8', 'Content-Length': Buffer.byteLength(text) }
}
