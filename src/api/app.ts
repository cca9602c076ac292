import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Logger } from '../observe/logger.ts'
import type { ManagementMetrics } from '../observe/management-metrics.ts'
import type { RequestTracer } from '../observe/trace.ts'
import { clientFault } from './fault.ts'
import type { ObservationParts } from './observation/observation.ts'
import { observationRoutes } from './observation/observation-routes.ts'
import { discoveryRoutes, serviceDescription } from './rest/discovery.ts'
import { answerFailures, checkAccess } from './rest/guard.ts'
import { describeRoutes, openApiRoutes } from './rest/openapi.ts'
import type { RestParts, RestRoutes } from './rest/rest.ts'
import { serveRest } from './rest/rest-plugin.ts'
import { validateBySchemas } from './rest/validators.ts'
import { agentRoutes } from './routes/agent.ts'
import { conductorRoutes } from './routes/conductors.ts'
import { driverRoutes } from './routes/drivers.ts'
import { nodeLackRoutes } from './routes/node-lacks.ts'
import { nodeListRoutes } from './routes/node-list.ts'
import { nodeProvisionRoutes } from './routes/node-provision.ts'
import { nodeRecordRoutes } from './routes/node-records.ts'
import { nodeStateRoutes } from './routes/node-states.ts'
import { nodeTraitRoutes } from './routes/node-traits.ts'
import { nodeUpkeepRoutes } from './routes/node-upkeep.ts'
import { nodeVifRoutes } from './routes/node-vifs.ts'
import { nodeRoutes } from './routes/nodes.ts'
import { notThereRoutes } from './routes/not-there.ts'
import { portgroupRoutes } from './routes/portgroups.ts'
import { portRoutes } from './routes/ports.ts'
import { traceRequests } from './trace-requests.ts'

/** All that there is of the REST API. */
const routes: readonly RestRoutes[] = [
  discoveryRoutes,
  nodeListRoutes,
  nodeRoutes,
  nodeStateRoutes,
  nodeProvisionRoutes,
  nodeUpkeepRoutes,
  nodeTraitRoutes,
  nodeVifRoutes,
  nodeRecordRoutes,
  nodeLackRoutes,
  portRoutes,
  portgroupRoutes,
  driverRoutes,
  conductorRoutes,
  agentRoutes,
  openApiRoutes,
  notThereRoutes,
]

export interface ApiAppDeps {
  logger: Logger
  /** The REST API of management. Absent beside a running Ironic, whose API has it: nobody is to take this one for it. */
  rest?: RestParts | undefined
  metrics?: Pick<ManagementMetrics, 'answered' | 'refused'> | undefined
  tracer?: RequestTracer | undefined
  /** What operators look at, below /v1/bootring; absent: it is not there. */
  observation?: ObservationParts | undefined
}

/**
 * The part of the API that management clients use, with errors in Ironic's shape for all else. Boot files are not served
 * here but by `BootRoute`.
 */
export function apiApp({ logger, metrics, observation, rest, tracer }: ApiAppDeps): FastifyPluginAsync {
  return async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('X-Openstack-Request-Id', request.id)
      reply.header('Cache-Control', 'no-store')
    })
    if (tracer !== undefined) traceRequests(app, tracer)
    if (metrics !== undefined) {
      app.addHook('onResponse', async ({ method }, reply) => {
        metrics.answered(method, reply.statusCode, reply.elapsedTime)
      })
    }
    if (rest === undefined) serveOnlyAName(app, logger, observation)
    else {
      await describeRoutes(app)
      serveRest(app, rest, routes)
      if (observation !== undefined) observationRoutes(app, observation)
    }
    app.setNotFoundHandler((_request, reply) => {
      reply.code(404).send(clientFault('The resource could not be found.'))
    })
  }
}

function serveOnlyAName(app: FastifyInstance, logger: Logger, observation: ObservationParts | undefined): void {
  app.get('/', async () => ({ name: 'bootring', description: serviceDescription, versions: [] }))
  answerFailures(app, logger)
  if (observation === undefined) return
  app.register(async (guarded) => {
    validateBySchemas(guarded)
    guarded.addHook('onRequest', (request, reply) => checkAccess(observation.access, request, reply))
    observationRoutes(guarded, observation)
  })
}
