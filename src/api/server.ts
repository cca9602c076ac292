import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyReply } from 'fastify'
import type { HttpExchange } from '../http/http-exchange.ts'
import type { PlainFront } from '../http/plain-front.ts'
import { type ApiLimits, apiLimits } from './api-limits.ts'
import { type ApiAppDeps, apiApp } from './app.ts'
import type { BootRoute } from './boot/boot-route.ts'
import { clientFault } from './fault.ts'
import { firmwareFirst } from './firmware-first.ts'
import { answerBadRequest, createApiHttpServer } from './http-server.ts'
import { proxies } from './proxies.ts'
import { type UiParts, uiApp } from './ui/ui-app.ts'

export interface ApiServerOptions extends ApiAppDeps {
  boot: Pick<BootRoute, 'handle' | 'drain'>
  /** The dashboard. Default: none. */
  ui?: UiParts | undefined
  limits?: Partial<ApiLimits>
  /** Clients that may have any number of connections, and of agents' requests. Default: those of loopback. */
  isProxy?: (address: string) => boolean
  /** Address to listen on, IPv4 or IPv6. */
  host: string
  /** 0: any free one. */
  port: number
  /** Several processes may listen on the same address and port, each by itself (`SO_REUSEPORT`). */
  reuse?: boolean
  /** How long `close` waits for requests in flight before it cuts them off. Default 15 s. */
  closeTimeoutSeconds?: number
}

export interface ApiServer {
  readonly address: { host: string; port: number }
  /** Takes no more connections, lets requests in flight finish within `closeTimeoutSeconds`, and ends. Safe to call twice. */
  close(): Promise<void>
}

/** Starts the API; resolves when it listens, rejects when it can't (address in use, not ours, no permission). */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { boot, host, port, logger, metrics, observation, rest, tracer } = options
  const { reuse = false, closeTimeoutSeconds = 15 } = options
  const limits = { ...apiLimits, ...options.limits }
  const isProxy = options.isProxy ?? proxies([])
  let bootsInFlight = 0
  const answerBoot = (exchange: HttpExchange) => {
    bootsInFlight += 1
    boot.handle(exchange).then(
      () => {
        bootsInFlight -= 1
      },
      (error) => {
        bootsInFlight -= 1
        logger.error({ err: error }, 'boot request failed without an answer')
        exchange.destroy()
      },
    )
  }
  let front: PlainFront | undefined
  const app = fastify({
    serverFactory: (others) => {
      const http = createApiHttpServer({
        boot: answerBoot,
        others: firmwareFirst(others, { limits, isProxy, bootsInFlight: () => bootsInFlight, metrics, logger }),
        limits,
        isProxy,
      })
      front = http.front
      return http.server
    },
    clientErrorHandler: answerBadRequest,
    // Errors from before routing, e.g. a path that is wrongly encoded.
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      reply.code(error.statusCode ?? 400).send(clientFault('The request could not be understood.'))
    },
    bodyLimit: limits.maxBodyBytes,
    exposeHeadRoutes: true,
    genReqId: () => `req-${randomUUID()}`,
    // Names and traits have up to 255 characters, each of which may be encoded.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
  })
  await app.register(apiApp({ logger, metrics, observation, rest, tracer }))
  if (options.ui !== undefined) await app.register(uiApp(options.ui))
  await app.ready()
  await listen(app.server, { host, port, reusePort: reuse })

  let closing: Promise<void> | undefined
  return {
    address: listeningAddress(app.server),
    close: () => {
      closing ??= (async () => {
        boot.drain()
        observation?.events?.live.close()
        await closeServer(app.server, front, closeTimeoutSeconds * 1000)
        await app.close()
      })()
      return closing
    },
  }
}

function listen(server: Server, options: { host: string; port: number; reusePort: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // As many as may knock within one turn of the event loop when a whole row is switched on.
    server.listen({ ...options, backlog: 4096 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function listeningAddress(server: Server): { host: string; port: number } {
  const { address, port } = server.address() as AddressInfo
  return { host: address, port }
}

function closeServer(server: Server, front: PlainFront | undefined, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      front?.closeAll()
      server.closeAllConnections()
    }, milliseconds)
    front?.drain()
    // Node closes idle connections by itself.
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
  })
}
