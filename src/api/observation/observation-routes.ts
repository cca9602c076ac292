import type { FastifyInstance } from 'fastify'
import { bootRoutes } from './boot-routes.ts'
import { fleetRoutes } from './fleet-routes.ts'
import type { ObservationParts } from './observation.ts'

/** All below /v1/bootring: for operators' eyes. Whoever registers them has seen to it who may ask. */
export function observationRoutes(app: FastifyInstance, parts: ObservationParts): void {
  fleetRoutes(app, parts)
  bootRoutes(app, parts)
}
