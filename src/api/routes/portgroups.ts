import type { FastifyRequest } from 'fastify'
import { BootringError } from '../../model/errors.ts'
import { parseMac } from '../../model/mac.ts'
import type { ListedPortgroup, PortgroupFilter } from '../../model/management-stores.ts'
import type { JsonObject } from '../../model/node.ts'
import { newPortgroup, patchedPortgroup } from '../../resources/portgroup.ts'
import { portgroupFields } from '../../resources/portgroup-fields.ts'
import { shownPortgroup } from '../../resources/shown.ts'
import { askedFields, askedListFields, type FieldsQuery } from '../rest/asked-fields.ts'
import { resourceLinks } from '../rest/links.ts'
import { nodeOf } from '../rest/node-lookup.ts'
import { tellConductor } from '../rest/node-route.ts'
import { fieldParameters, listPage, type PageParameters, pageOf, pageParameters } from '../rest/paging.ts'
import { nodeOfRow, ownerOf, portgroupOf } from '../rest/port-lookup.ts'
import { createSchema, patchSchema } from '../rest/resource-schemas.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, listOf, ofNode, ofPortgroup, shared } from '../rest/schemas.ts'

interface PortgroupsQuery extends PageParameters, FieldsQuery {
  node?: string
  address?: string
}

interface Parents {
  node?: string
}

const since = 23
const belowNodesSince = 24

const tags = ['portgroups']
const shownPortgroups = shared('Portgroup')
const filters = {
  node: { type: 'string', description: 'Those of this node, by UUID or name.' },
  address: { type: 'string', description: 'The one with this MAC.' },
} as const

/** /v1/portgroups, and the portgroups below a node. */
export const portgroupRoutes: RestRoutes = (app, rest) => {
  type Ident = { Params: { portgroup: string } }

  const lists = [
    { path: '/v1/portgroups', since, parameters: filters },
    { path: '/v1/nodes/:node/portgroups', since: belowNodesSince, parameters: {}, params: ofNode },
  ]
  for (const { parameters, params, path, since } of lists) {
    const schema = { tags, ...(params && { params }), response: answers(200, listOf('portgroups', shownPortgroups)) }
    app.get<{ Querystring: PortgroupsQuery; Params: Parents }>(
      path,
      {
        config: { since },
        schema: {
          ...schema,
          summary: 'List portgroups',
          querystring: { type: 'object', properties: { ...parameters, ...pageParameters, ...fieldParameters } },
        },
      },
      async (request) => {
        const names = askedListFields(portgroupFields, request.query, request.microversion)
        return await listPortgroups(rest, request, names)
      },
    )
    app.get<{ Querystring: PortgroupsQuery; Params: Parents }>(
      `${path}/detail`,
      {
        config: { since },
        schema: {
          ...schema,
          summary: 'List portgroups with all their fields',
          querystring: { type: 'object', properties: { ...parameters, ...pageParameters } },
        },
      },
      async (request) => await listPortgroups(rest, request, undefined),
    )
  }

  app.get<Ident & { Querystring: FieldsQuery }>(
    '/v1/portgroups/:portgroup',
    {
      config: { since },
      schema: {
        tags,
        summary: 'Show a portgroup',
        params: ofPortgroup,
        querystring: { type: 'object', properties: { fields: fieldParameters.fields } },
        response: answers(200, shownPortgroups),
      },
    },
    async (request) => {
      const names = askedFields(portgroupFields, request.query, request.microversion)
      return show(rest, request, await portgroupOf(rest, request.params.portgroup), names)
    },
  )

  app.post(
    '/v1/portgroups',
    {
      config: { since },
      schema: {
        tags,
        summary: 'Create a portgroup',
        body: createSchema(portgroupFields, ['node_uuid']),
        response: answers(201, shownPortgroups),
      },
    },
    async (request, reply) => {
      const { node: ident, portgroup } = newPortgroup(request.body, request.microversion)
      const node = await ownerOf(rest, ident, request.microversion)
      await tellConductor(rest, request, node, 'create_portgroup', { node_id: node.uuid, portgroup: { ...portgroup } })
      reply.code(201).header('Location', `${rest.rootUrl(request)}/v1/portgroups/${portgroup.uuid}`)
      return show(rest, request, await portgroupOf(rest, portgroup.uuid))
    },
  )

  app.patch<Ident>(
    '/v1/portgroups/:portgroup',
    {
      config: { since },
      schema: {
        tags,
        summary: 'Change a portgroup',
        params: ofPortgroup,
        body: patchSchema,
        response: answers(200, shownPortgroups),
      },
    },
    async (request) => {
      const portgroup = await portgroupOf(rest, request.params.portgroup)
      const node = await nodeOfRow(rest, portgroup.node_id)
      // Wrong patches are found here, while no conductor is held up by them.
      patchedPortgroup(portgroup, request.body, request.microversion)
      const patch = request.body as JsonObject[]
      await tellConductor(rest, request, node, 'update_portgroup', {
        node_id: node.uuid,
        portgroup_id: portgroup.uuid,
        patch,
      })
      return show(rest, request, await portgroupOf(rest, portgroup.uuid))
    },
  )

  app.delete<Ident>(
    '/v1/portgroups/:portgroup',
    {
      config: { since },
      schema: { tags, summary: 'Delete a portgroup', params: ofPortgroup, response: answers(204) },
    },
    async (request, reply) => {
      const portgroup = await portgroupOf(rest, request.params.portgroup)
      const node = await nodeOfRow(rest, portgroup.node_id)
      await tellConductor(rest, request, node, 'destroy_portgroup', {
        node_id: node.uuid,
        portgroup_id: portgroup.uuid,
      })
      return reply.code(204).send()
    },
  )
}

async function listPortgroups(
  rest: Rest,
  request: FastifyRequest<{ Querystring: PortgroupsQuery; Params: Parents }>,
  names: string[] | undefined,
): Promise<JsonObject> {
  const { microversion, params, query } = request
  const page = pageOf(query, portgroupFields, microversion, rest.options.maxLimit)
  const filter = await filterOf(rest, { ...query, ...params }, microversion)
  const rows = await rest.reader.portgroups(filter, page)
  return listPage('portgroups', rows, (row) => show(rest, request, row, names), page, {
    url: `${rest.rootUrl(request)}${request.url.split('?', 1)[0]}`,
    query,
  })
}

/** Throws `InvalidParameter`, `NodeNotFound`. */
async function filterOf(rest: Rest, query: PortgroupsQuery, microversion: number): Promise<PortgroupFilter> {
  const { address, node } = query
  if (address !== undefined && node !== undefined)
    throw new BootringError('InvalidParameter', 'Filtering by node and address simultaneously is not supported.')
  const mac = address === undefined ? undefined : parseMac(address)
  if (address !== undefined && mac === undefined)
    throw new BootringError('InvalidParameter', `Expected valid MAC address for address: ${address}`)
  return {
    ...(mac && { address: mac }),
    ...(node !== undefined && { node_id: (await nodeOf(rest.reader, node, microversion)).id }),
  }
}

function show(
  rest: Rest,
  request: Pick<FastifyRequest, 'host' | 'microversion'>,
  portgroup: ListedPortgroup,
  names?: readonly string[],
): JsonObject {
  const root = rest.rootUrl(request)
  const path = `portgroups/${portgroup.uuid}`
  return {
    ...shownPortgroup(portgroup, request.microversion, names),
    links: resourceLinks(root, path),
    ...(names === undefined && { ports: resourceLinks(root, `${path}/ports`) }),
  }
}
