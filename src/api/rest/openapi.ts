import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { nodeFields } from '../../resources/node-fields.ts'
import { portFields } from '../../resources/port-fields.ts'
import { portgroupFields } from '../../resources/portgroup-fields.ts'
import { maxVersion, versionHeader, versionText } from './microversion.ts'
import { shownSchema } from './resource-schemas.ts'
import type { RestRoutes } from './rest.ts'
import { faultSchema } from './schemas.ts'

const description = `bootring's REST API, which is OpenStack Ironic's up to version ${versionText(maxVersion)}.

Requests say in the header \`${versionHeader}\` which version they are of; without it they are of 1.1. Fields and paths that came later are not there for them.`

/** Notes down what routes say of themselves; those that are registered after this, that is. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  for (const [$id, schema] of Object.entries(shared)) app.addSchema({ ...schema, $id })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'bootring', description, version: versionText(maxVersion) },
      components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
      security: [{ basic: [] }],
    },
    refResolver: { buildLocalReference: ({ $id }, _baseUri, _fragment, index) => String($id ?? `Part${index}`) },
    // Answers to HEAD are those to GET without their bodies.
    exposeHeadRoutes: false,
    transform: ({ route, schema, url }) => ({
      schema: { ...schema, ...(route.config?.open && { security: [] }) },
      url,
    }),
  })
}

/** Answers that many routes give, by the names that they refer to. */
const shared = {
  Fault: faultSchema,
  Node: shownSchema(nodeFields),
  Port: shownSchema(portFields),
  Portgroup: shownSchema(portgroupFields),
}

/** /v1/openapi.json: what the API has, for programs. As closed as what it describes. */
export const openApiRoutes: RestRoutes = (app) => {
  app.get('/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
