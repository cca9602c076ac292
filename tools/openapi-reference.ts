import fastify from 'fastify'
import { apiApp } from '../src/api/app.ts'
import type { ObservationParts } from '../src/api/observation/observation.ts'
import type { RestParts } from '../src/api/rest/rest.ts'
import { createLogger } from '../src/observe/create-logger.ts'

/** The OpenAPI description of the REST API, as docs/reference/openapi.json keeps it. */
export async function openApiReference(): Promise<string> {
  const logger = createLogger({ level: 'error', format: 'text' })
  const app = fastify()
  await app.register(apiApp({ logger, rest: { ...unused, logger }, observation: { ...unseen, logger } }))
  const { body } = await app.inject('/v1/openapi.json')
  await app.close()
  return `${JSON.stringify(JSON.parse(body), undefined, 2)}\n`
}

const nobody = (): never => {
  throw new Error('routes are described here, not called')
}

/** Routes only hold on to these until they are called. */
const unused: Omit<RestParts, 'logger'> = {
  reader: {
    node: nobody,
    nodeById: nobody,
    nodes: nobody,
    port: nobody,
    ports: nobody,
    portgroup: nobody,
    portgroups: nobody,
    traits: nobody,
    history: nobody,
    historyEntry: nobody,
    inventory: nobody,
    offers: nobody,
  },
  rings: { order: nobody, owner: nobody, conductors: nobody },
  conductors: { call: nobody },
  access: { kind: 'open' },
  options: { maxLimit: 1000, restrictLookup: true, heartbeatTimeoutSeconds: 60, agentHeartbeatTimeoutSeconds: 300 },
}

const unseen: Omit<ObservationParts, 'logger'> = {
  finder: { find: nobody, one: nobody, macs: nobody, states: nobody, counts: nobody },
  rings: { membership: nobody },
  explainer: { explain: nobody },
  scriptsOf: nobody,
  access: { kind: 'open' },
  version: '',
  mode: 'standalone',
  server: '',
  restrictBootConfig: true,
}
