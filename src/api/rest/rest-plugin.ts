import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientFault, serverFault } from '../fault.ts'
import { retryAfterSeconds } from '../retry-after.ts'
import { refusal } from './access.ts'
import { acceptJsonBodies } from './json-body.ts'
import { minVersion, rangeHeaders, requestedVersion, versionHeader, versionText } from './microversion.ts'
import { type RestParts, type RestRoutes, restOf } from './rest.ts'
import { restAnswer } from './rest-answer.ts'
import { validateBySchemas } from './validators.ts'

const notThere = 'The resource could not be found.'

/** The REST API of management: what all of its routes have in common, and then the routes. */
export function serveRest(app: FastifyInstance, parts: RestParts, routes: readonly RestRoutes[]): void {
  app.decorateRequest('microversion', minVersion)
  acceptJsonBodies(app)
  validateBySchemas(app)

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...rangeHeaders, [versionHeader]: versionText(minVersion) })
    request.microversion = requestedVersion(request.headers)
    reply.header(versionHeader, versionText(request.microversion))
    const { open = false, since = minVersion } = request.routeOptions.config
    // Before who asks is known nothing is said of what there is.
    if (!open) await checkAccess(request, reply)
    if (!reply.sent && request.microversion < since) await reply.code(404).send(clientFault(notThere))
  })
  app.addHook('onSend', async (request, reply) => {
    if (!request.raw.complete && hasLargeBody(request)) reply.header('Connection', 'close')
  })
  app.setErrorHandler((error, request, reply) => answerFailure(error, request, reply))

  const rest = restOf(parts)
  for (const register of routes) register(app, rest)

  async function checkAccess(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const refused = await refusal(parts.access, request.method, request.headers.authorization)
    if (refused === undefined) return
    const fault = refused.status === 503 ? serverFault(refused.text) : clientFault(refused.text)
    await reply
      .code(refused.status)
      .headers(refused.headers ?? {})
      .send(fault)
  }

  function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { fault, status, unexpected } = restAnswer(error)
    if (unexpected) {
      const { id: requestId, method, url } = request
      parts.logger.error({ err: error, requestId, method, url: url.slice(0, 256) }, 'request failed')
    }
    if (status === 503) reply.header('Retry-After', String(retryAfterSeconds('DatabaseUnavailable')))
    reply.code(status).send(fault)
  }
}

/** Bodies of which so much has come already cost nothing more. */
const smallBodyBytes = 65_536

/** Who is refused before the body was read would otherwise go on sending it, for as long as a request may take. */
function hasLargeBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > smallBodyBytes
}
