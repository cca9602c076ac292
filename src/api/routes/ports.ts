import type { FastifyRequest } from 'fastify'
import { BootringError } from '../../model/errors.ts'
import { parseMac } from '../../model/mac.ts'
import type { ListedPort, PortFilter } from '../../model/management-stores.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import { newPort, patchedPort } from '../../resources/port.ts'
import { portFields } from '../../resources/port-fields.ts'
import { shownPort } from '../../resources/shown.ts'
import { askedFields, askedListFields, type FieldsQuery } from '../rest/asked-fields.ts'
import { resourceLinks } from '../rest/links.ts'
import { requireVersion } from '../rest/microversion.ts'
import { nodeOf } from '../rest/node-lookup.ts'
import { tellConductor } from '../rest/node-route.ts'
import { fieldParameters, listPage, type PageParameters, pageOf, pageParameters } from '../rest/paging.ts'
import { nodeOfRow, ownerOf, portgroupOf, portOf } from '../rest/port-lookup.ts'
import { createSchema, patchSchema } from '../rest/resource-schemas.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, listOf, ofNode, ofPortgroup, pathParameters, shared } from '../rest/schemas.ts'

interface PortsQuery extends PageParameters, FieldsQuery {
  node?: string
  node_uuid?: string
  portgroup?: string
  address?: string
  shard?: string[]
}

const portgroupsSince = 24
const shardsSince = 82

const tags = ['ports']
const shownPorts = shared('Port')
const ofPort = pathParameters({ port: 'UUID, address or name of the port.' })
const filters = {
  node: { type: 'string', description: 'Those of this node, by UUID or name.' },
  node_uuid: { type: 'string', format: 'uuid', description: 'Those of this node.' },
  portgroup: { type: 'string', description: 'Those of this portgroup, by UUID or name.' },
  address: { type: 'string', description: 'The one with this MAC.' },
  shard: { type: 'array', items: { type: 'string' }, description: 'Those of nodes in these shards.' },
} as const

/** /v1/ports, and the ports below a node or a portgroup. */
export const portRoutes: RestRoutes = (app, rest) => {
  type Ident = { Params: { port: string } }

  const lists = [
    { path: '/v1/ports', since: 1, parameters: filters },
    { path: '/v1/nodes/:node/ports', since: 1, parameters: {}, params: ofNode },
    { path: '/v1/portgroups/:portgroup/ports', since: portgroupsSince, parameters: {}, params: ofPortgroup },
  ]
  for (const { parameters, params, path, since } of lists) {
    const schema = { tags, ...(params && { params }), response: answers(200, listOf('ports', shownPorts)) }
    app.get<{ Querystring: PortsQuery; Params: Parents }>(
      path,
      {
        config: { since },
        schema: {
          ...schema,
          summary: 'List ports',
          querystring: { type: 'object', properties: { ...parameters, ...pageParameters, ...fieldParameters } },
        },
      },
      async (request) => {
        const names = askedListFields(portFields, request.query, request.microversion)
        return await listPorts(rest, request, names)
      },
    )
    app.get<{ Querystring: PortsQuery; Params: Parents }>(
      `${path}/detail`,
      {
        config: { since },
        schema: {
          ...schema,
          summary: 'List ports with all their fields',
          querystring: { type: 'object', properties: { ...parameters, ...pageParameters } },
        },
      },
      async (request) => await listPorts(rest, request, undefined),
    )
  }

  app.get<Ident & { Querystring: FieldsQuery }>(
    '/v1/ports/:port',
    {
      schema: {
        tags,
        summary: 'Show a port',
        params: ofPort,
        querystring: { type: 'object', properties: { fields: fieldParameters.fields } },
        response: answers(200, shownPorts),
      },
    },
    async (request) => {
      const names = askedFields(portFields, request.query, request.microversion)
      return show(rest, request, await portOf(rest, request.params.port), names)
    },
  )

  app.post(
    '/v1/ports',
    {
      schema: {
        tags,
        summary: 'Create a port',
        body: createSchema(portFields, ['address'], {
          node_ident: { type: 'string', maxLength: 255, description: 'UUID or name of its node. Since 1.94.' },
        }),
        response: answers(201, shownPorts),
      },
    },
    async (request, reply) => {
      const { microversion } = request
      const { node: ident, port, portgroup_uuid } = newPort(request.body, microversion)
      const node = await ownerOf(rest, ident, microversion)
      await checkPortgroup(rest, node, portgroup_uuid)
      await tellConductor(rest, request, node, 'create_port', {
        node_id: node.uuid,
        port: { ...port, ...(portgroup_uuid && { portgroup_uuid }) },
      })
      reply.code(201).header('Location', `${rest.rootUrl(request)}/v1/ports/${port.uuid}`)
      return show(rest, request, await portOf(rest, port.uuid))
    },
  )

  app.patch<Ident>(
    '/v1/ports/:port',
    {
      schema: { tags, summary: 'Change a port', params: ofPort, body: patchSchema, response: answers(200, shownPorts) },
    },
    async (request) => {
      const port = await portOf(rest, request.params.port)
      const node = await nodeOfRow(rest, port.node_id)
      // Wrong patches are found here, while no conductor is held up by them.
      const { portgroup_uuid } = patchedPort(port, request.body, request.microversion)
      await checkPortgroup(rest, node, portgroup_uuid)
      const patch = request.body as JsonObject[]
      await tellConductor(rest, request, node, 'update_port', { node_id: node.uuid, port_id: port.uuid, patch })
      return show(rest, request, await portOf(rest, port.uuid))
    },
  )

  app.delete<Ident>(
    '/v1/ports/:port',
    { schema: { tags, summary: 'Delete a port', params: ofPort, response: answers(204) } },
    async (request, reply) => {
      const port = await portOf(rest, request.params.port)
      const node = await nodeOfRow(rest, port.node_id)
      await tellConductor(rest, request, node, 'destroy_port', { node_id: node.uuid, port_id: port.uuid })
      return reply.code(204).send()
    },
  )
}

interface Parents {
  node?: string
  portgroup?: string
}

async function listPorts(
  rest: Rest,
  request: FastifyRequest<{ Querystring: PortsQuery; Params: Parents }>,
  names: string[] | undefined,
): Promise<JsonObject> {
  const { microversion, params, query } = request
  const page = pageOf(query, portFields, microversion, rest.options.maxLimit)
  const filter = await filterOf(rest, { ...query, ...params }, microversion)
  const rows = await rest.reader.ports(filter, page)
  return listPage('ports', rows, (row) => show(rest, request, row, names), page, {
    url: `${rest.rootUrl(request)}${request.url.split('?', 1)[0]}`,
    query,
  })
}

/** Throws `InvalidParameter`, `NodeNotFound`, `NotFound`. */
async function filterOf(rest: Rest, query: PortsQuery, microversion: number): Promise<PortFilter> {
  const { address, node = query.node_uuid, portgroup, shard } = query
  if (portgroup !== undefined) requireVersion(microversion, portgroupsSince)
  if (shard !== undefined) requireVersion(microversion, shardsSince)
  if ([node, portgroup, shard].filter((given) => given !== undefined).length > 1)
    throw new BootringError('InvalidParameter', 'Filter by one of node, portgroup and shard.')
  const mac = address === undefined ? undefined : parseMac(address)
  if (address !== undefined && mac === undefined)
    throw new BootringError('InvalidParameter', `Expected valid MAC address for address: ${address}`)
  return {
    ...(mac && { addresses: [mac] }),
    ...(shard && { shards: shard }),
    ...(node !== undefined && { node_id: (await nodeOf(rest.reader, node, microversion)).id }),
    ...(portgroup !== undefined && { portgroup_id: (await portgroupOf(rest, portgroup)).id }),
  }
}

function show(
  rest: Rest,
  request: Pick<FastifyRequest, 'host' | 'microversion'>,
  port: ListedPort,
  names?: readonly string[],
): JsonObject {
  const links = resourceLinks(rest.rootUrl(request), `ports/${port.uuid}`)
  return { ...shownPort(port, request.microversion, names), links }
}

/** Throws `InvalidParameter` where a port would get a portgroup that is not its node's. */
async function checkPortgroup(rest: Rest, node: NodeRecord, uuid: string | null | undefined): Promise<void> {
  if (uuid === null || uuid === undefined) return
  const portgroup = await rest.reader.portgroup(uuid)
  if (portgroup === undefined) throw new BootringError('InvalidParameter', `Portgroup ${uuid} could not be found.`)
  if (portgroup.node_id !== node.id)
    throw new BootringError('InvalidParameter', 'Port can not be added to a portgroup belonging to a different node.')
}
