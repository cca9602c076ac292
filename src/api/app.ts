import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Logger } from '../observe/logger.ts'
import { clientFault, serverFault } from './fault.ts'

export interface ApiAppDeps {
  logger: Logger
  /** `[api]public_endpoint`; without it links lead to where the client asked. */
  publicEndpoint?: string | undefined
  /** Beside a running Ironic, whose API has all the rest: nobody is to take this one for it. */
  bootOnly?: boolean
}

const description = 'Makes bare-metal machines network-boot, whichever server dies.'

/**
 * The part of the API that management clients use: discovery in Ironic's shape, and errors in Ironic's shape for all
 * else. Boot files are not served here but by `BootRoute`.
 */
export function apiApp({ bootOnly = false, logger, publicEndpoint }: ApiAppDeps): FastifyPluginAsync {
  return async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('X-Openstack-Request-Id', `req-${randomUUID()}`)
      reply.header('Cache-Control', 'no-store')
    })

    if (bootOnly) app.get('/', async () => ({ name: 'bootring', description, versions: [] }))
    else serveDiscovery(app, publicEndpoint)

    app.setNotFoundHandler((_request, reply) => {
      reply.code(404).send(clientFault('The resource could not be found.'))
    })
    app.setErrorHandler((error: FastifyError, request, reply) => {
      const status = error.statusCode ?? 500
      if (status >= 400 && status < 500) {
        reply.code(status).send(clientFault(error.message))
        return
      }
      logger.error({ err: error, method: request.method, url: request.url.slice(0, 256) }, 'request failed')
      reply.code(500).send(serverFault('Internal server error.'))
    })
  }
}

/** Ironic's way to say which versions there are, and where. */
function serveDiscovery(app: FastifyInstance, publicEndpoint: string | undefined): void {
  const root = (host: string) => (publicEndpoint ?? `http://${host}`).replace(/\/+$/, '')
  const version = (host: string) => ({
    id: 'v1',
    links: [{ href: `${root(host)}/v1/`, rel: 'self' }],
    status: 'CURRENT',
    min_version: '1.1',
    version: '1.1',
  })
  app.get('/', async (request) => ({
    name: 'bootring',
    description,
    versions: [version(request.host)],
    default_version: version(request.host),
  }))
  for (const path of ['/v1', '/v1/']) {
    app.get(path, async (request) => ({
      id: 'v1',
      links: version(request.host).links,
      version: version(request.host),
    }))
  }
}
