import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import { newNode, patchedNode } from '../../resources/node.ts'
import { nodeFields } from '../../resources/node-fields.ts'
import { askedFields, type FieldsQuery } from '../rest/asked-fields.ts'
import { requireVersion } from '../rest/microversion.ts'
import { nodeOf } from '../rest/node-lookup.ts'
import { type NodeParams, nodeOfPath, tellConductor } from '../rest/node-route.ts'
import { fieldParameters } from '../rest/paging.ts'
import { createSchema, patchSchema } from '../rest/resource-schemas.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, ofNode, shared } from '../rest/schemas.ts'
import { shownOne } from '../rest/shown-nodes.ts'

const tags = ['nodes']
const resetInterfacesSince = 45

/** One node: create, show, patch, delete. */
export const nodeRoutes: RestRoutes = (app, rest) => {
  app.get<{ Params: NodeParams; Querystring: Pick<FieldsQuery, 'fields'> }>(
    '/v1/nodes/:node',
    {
      schema: {
        tags,
        summary: 'Show a node',
        params: ofNode,
        querystring: { type: 'object', properties: { fields: fieldParameters.fields } },
        response: answers(200, shared('Node')),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      return await shownOne(rest, request, node, askedFields(nodeFields, request.query, request.microversion))
    },
  )

  app.post(
    '/v1/nodes',
    {
      schema: {
        tags,
        summary: 'Create a node',
        body: createSchema(nodeFields, ['driver']),
        response: answers(201, shared('Node')),
      },
    },
    async (request, reply) => {
      const node = newNode(request.body, request.microversion)
      if (node.parent_node) node.parent_node = (await nodeOf(rest.reader, node.parent_node, request.microversion)).uuid
      const place = { ...node, conductor_group: node.conductor_group ?? '' }
      const fields: JsonObject = { ...place }
      await rest.conductors.call(place, 'create_node', { node: fields }, request.id)
      const created = await again(rest, node.uuid)
      reply.header('Location', `${rest.rootUrl(request)}/v1/nodes/${created.uuid}`)
      return await reply.code(201).send(await shownOne(rest, request, created))
    },
  )

  app.patch<{ Params: NodeParams; Querystring: { reset_interfaces?: boolean }; Body: JsonObject[] }>(
    '/v1/nodes/:node',
    {
      schema: {
        tags,
        summary: 'Patch a node',
        params: ofNode,
        querystring: {
          type: 'object',
          properties: {
            reset_interfaces: {
              type: 'boolean',
              description: 'Interfaces that are not named become the defaults of the new driver.',
            },
          },
        },
        body: patchSchema,
        response: answers(200, shared('Node')),
      },
    },
    async (request) => {
      const { body, microversion, query } = request
      const { reset_interfaces } = query
      if (reset_interfaces !== undefined) requireVersion(microversion, resetInterfacesSince)
      const node = await nodeOfPath(rest, request)
      const { patch, changes } = await checkedPatch(rest, node, body, microversion)
      if (reset_interfaces && !patch.some(({ op, path }) => path === '/driver' && op !== 'remove')) {
        throw new BootringError(
          'InvalidParameter',
          "The reset_interfaces parameter can only be used when changing the node's driver.",
        )
      }
      // A new driver or group may be one that only other conductors know.
      const { conductor_group = node.conductor_group, driver = node.driver } = changes
      await rest.conductors.call(
        { uuid: node.uuid, driver, conductor_group },
        'update_node',
        { node_id: node.uuid, patch, ...(reset_interfaces === undefined ? {} : { reset_interfaces }) },
        request.id,
      )
      return await shownOne(rest, request, await again(rest, node.uuid))
    },
  )

  app.delete<{ Params: NodeParams }>(
    '/v1/nodes/:node',
    { schema: { tags, summary: 'Delete a node', params: ofNode, response: answers(204) } },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      await tellConductor(rest, request, node, 'destroy_node', { node_id: node.uuid })
      return await reply.code(204).send()
    },
  )
}

/** A patch, and what it would change of the node as it is now. A parent is named by its UUID from here on. */
async function checkedPatch(rest: Rest, node: NodeRecord, body: readonly JsonObject[], microversion: number) {
  if (body.some(({ op, path }) => path === '/traits' && op !== 'remove')) {
    throw new BootringError(
      'InvalidParameter',
      'Cannot update node traits via node patch. Node traits should be updated via the node traits API.',
    )
  }
  const changes = patchedNode(node, body, microversion)
  const patch = await Promise.all(
    body.map(async (operation) => {
      if (operation.path !== '/parent_node' || !operation.value) return operation
      return { ...operation, value: (await nodeOf(rest.reader, String(operation.value), microversion)).uuid }
    }),
  )
  return { patch, changes }
}

/** The row as the conductor has left it. */
async function again(rest: Rest, uuid: string): Promise<NodeRecord> {
  const node = await rest.reader.node(uuid)
  if (node === undefined) throw new BootringError('NodeNotFound', `Node ${uuid} could not be found.`)
  return node
}
