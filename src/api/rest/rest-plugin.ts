import type { FastifyInstance, FastifyRequest } from 'fastify'
import { clientFault } from '../fault.ts'
import { answerFailures, checkAccess } from './guard.ts'
import { acceptJsonBodies } from './json-body.ts'
import { minVersion, rangeHeaders, requestedVersion, versionHeader, versionText } from './microversion.ts'
import { type RestParts, type RestRoutes, restOf } from './rest.ts'
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
    if (!open) await checkAccess(parts.access, request, reply)
    if (!reply.sent && request.microversion < since) await reply.code(404).send(clientFault(notThere))
  })
  app.addHook('onSend', async (request, reply) => {
    if (!request.raw.complete && hasLargeBody(request)) reply.header('Connection', 'close')
  })
  answerFailures(app, parts.logger)

  const rest = restOf(parts)
  for (const register of routes) register(app, rest)
}

/** Bodies of which so much has come already cost nothing more. */
const smallBodyBytes = 65_536

/** Who is refused before the body was read would otherwise go on sending it, for as long as a request may take. */
function hasLargeBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > smallBodyBytes
}
