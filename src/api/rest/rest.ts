// Lets schemas say what the OpenAPI description shows: tags and summaries.
import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { BootEventSink } from '../../model/boot-events.ts'
import type { ManagementReader } from '../../model/management-stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import type { RestAccess } from './access.ts'
import { NodeConductors } from './node-conductors.ts'

/** What the REST API is built on. */
export interface RestParts {
  readonly reader: ManagementReader
  readonly rings: Pick<FleetRings, 'order' | 'owner' | 'conductors'>
  readonly conductors: ConductorClient
  readonly access: RestAccess
  readonly logger: Logger
  /** `[api]public_endpoint`; without it links lead to where the client asked. */
  readonly publicEndpoint?: string | undefined
  readonly options: RestOptions
  /** Takes what agents call; absent: nobody wants to know. */
  readonly events?: BootEventSink | undefined
  /** Host name of this instance, for the events. */
  readonly server?: string
}

/** From the configuration. */
export interface RestOptions {
  /** `[api]max_limit`. */
  readonly maxLimit: number
  /** `[api]restrict_lookup`. */
  readonly restrictLookup: boolean
  /** `[conductor]heartbeat_timeout`: from when on a conductor is dead. */
  readonly heartbeatTimeoutSeconds: number
  /** `[api]ramdisk_heartbeat_timeout`, which agents are told. */
  readonly agentHeartbeatTimeoutSeconds: number
}

/** What routes are handed. */
export interface Rest extends Omit<RestParts, 'conductors' | 'access'> {
  readonly conductors: NodeConductors
  /** URL of the API as this client sees it, without `/v1` and without a slash at its end. */
  rootUrl(request: { readonly host: string }): string
}

/** Registers some routes. Each has a schema, and says in its `config` since which version it is there. */
export type RestRoutes = (app: FastifyInstance, rest: Rest) => void

declare module 'fastify' {
  interface FastifyRequest {
    /** Minor number of the microversion that this request asks for. */
    microversion: number
  }
  interface FastifyContextConfig {
    /** Minor version from which on the route is there; before it is answered as if there were none. Default: the first. */
    since?: number
    /** Whoever asks is answered: those who have no password yet. */
    open?: boolean
  }
}

export function restOf(parts: RestParts): Rest {
  const { conductors, publicEndpoint, rings } = parts
  return {
    ...parts,
    conductors: new NodeConductors(rings, conductors),
    rootUrl: ({ host }) => (publicEndpoint ?? `http://${host}`).replace(/\/+$/, ''),
  }
}
