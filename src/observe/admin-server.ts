import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { adminLimits } from './admin-limits.ts'
import type { Logger } from './logger.ts'

/** One thing that must hold for this process to be of use. */
export interface ReadyCheck {
  name: string
  ok: boolean
  /** In words, for whoever looks at it. */
  detail?: string
}

export interface AdminServerOptions {
  host: string
  /** 0: any free one. */
  port: number
  /** Prometheus's text format. */
  metricsText: () => Promise<string>
  ready: () => Promise<ReadyCheck[]>
  logger: Logger
  /** How long `ready` may take before the process counts as not ready. Default 5 s. */
  readyTimeoutSeconds?: number
}

export interface AdminServer {
  readonly address: { host: string; port: number }
  close(): Promise<void>
}

/**
 * What monitoring asks: `/healthz` (the process runs), `/readyz` (it is of use; 503 names what is not), `/metrics`.
 * Has no authentication: listen on loopback or a management network. Rejects when it can't listen.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { host, port, logger } = options
  const serverOptions = {
    headersTimeout: adminLimits.requestTimeoutMilliseconds,
    requestTimeout: adminLimits.requestTimeoutMilliseconds,
    keepAliveTimeout: adminLimits.keepAliveTimeoutMilliseconds,
    maxHeaderSize: adminLimits.maxHeaderBytes,
  }
  const server = createServer(serverOptions, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, 'text/plain', 'Method Not Allowed\n')
      return
    }
    answer(request.url?.split('?')[0] ?? '', response, options).catch((error) => {
      logger.error({ err: error, url: request.url?.slice(0, 256) }, 'admin request failed')
      send(response, 500, 'text/plain', 'Internal Server Error\n')
    })
  })
  server.maxConnections = adminLimits.maxConnections
  server.timeout = adminLimits.stalledTimeoutMilliseconds
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { address, port: boundPort } = server.address() as AddressInfo
  return {
    address: { host: address, port: boundPort },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(path: string, response: ServerResponse, options: AdminServerOptions): Promise<void> {
  switch (path) {
    case '/healthz':
      send(response, 200, 'text/plain', 'ok\n')
      return
    case '/readyz': {
      const checks = await readyChecks(options)
      const failing = checks.filter((check) => !check.ok)
      const body = { ready: failing.length === 0, failing, checks }
      send(response, body.ready ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`)
      return
    }
    case '/metrics':
      send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await options.metricsText())
      return
    default:
      send(response, 404, 'text/plain', 'Not Found\n')
  }
}

/** The checks; one that fails instead of answering, or takes too long, is a failing check too. */
async function readyChecks({
  ready,
  readyTimeoutSeconds = adminLimits.readyTimeoutSeconds,
}: AdminServerOptions): Promise<ReadyCheck[]> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<ReadyCheck[]>((resolve) => {
    const detail = `no answer within ${readyTimeoutSeconds} s`
    timer = setTimeout(() => resolve([{ name: 'checks', ok: false, detail }]), readyTimeoutSeconds * 1000)
  })
  try {
    return await Promise.race([ready(), timeout])
  } catch (error) {
    return [{ name: 'checks', ok: false, detail: error instanceof Error ? error.message : String(error) }]
  } finally {
    clearTimeout(timer)
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(body)
}
