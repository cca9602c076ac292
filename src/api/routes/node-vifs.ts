import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import { isLogicalName } from '../../resources/logical-name.ts'
import { type NodeParams, nodeOfPath, tellConductor } from '../rest/node-route.ts'
import type { RestRoutes } from '../rest/rest.ts'
import { answers, object, ofNode, pathParameters } from '../rest/schemas.ts'

const tags = ['vifs']
const config = { since: 28 }
/** From here on a VIF may say to which port it goes. */
const portSince = 67

/** /v1/nodes/<node>/vifs */
export const nodeVifRoutes: RestRoutes = (app, rest) => {
  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/vifs',
    {
      config,
      schema: {
        tags,
        summary: 'VIFs of a node',
        params: ofNode,
        response: answers(
          200,
          object('Its VIFs.', { vifs: { type: 'array', items: object('A VIF, with its `id`.') } }),
        ),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      const { vifs } = await tellConductor(rest, request, node, 'vif_list', { node_id: node.uuid })
      return { vifs }
    },
  )

  app.post<{ Params: NodeParams; Body: JsonObject & { id: string } }>(
    '/v1/nodes/:node/vifs',
    {
      config,
      schema: {
        tags,
        summary: 'Attach a VIF to a node',
        params: ofNode,
        body: {
          type: 'object',
          properties: {
            id: { type: 'string', maxLength: 255, description: 'UUID or name.' },
            port_uuid: { type: 'string', maxLength: 255, description: 'The port that it goes to.' },
            portgroup_uuid: { type: 'string', maxLength: 255, description: 'The portgroup that it goes to.' },
          },
          required: ['id'],
          additionalProperties: true,
        },
        response: answers(204),
      },
    },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      const { body, microversion } = request
      checkId(body.id)
      if (microversion >= portSince && 'port_uuid' in body && 'portgroup_uuid' in body)
        throw new BootringError('InvalidParameter', 'Cannot specify both port_uuid and portgroup_uuid')
      await tellConductor(rest, request, node, 'vif_attach', { node_id: node.uuid, vif_info: body })
      return await reply.code(204).send()
    },
  )

  app.delete<{ Params: NodeParams & { vif: string } }>(
    '/v1/nodes/:node/vifs/:vif',
    {
      config,
      schema: {
        tags,
        summary: 'Detach a VIF from a node',
        params: pathParameters({ node: 'UUID or name of the node.', vif: 'Id of the VIF.' }),
        response: answers(204),
      },
    },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      const { vif } = request.params
      checkId(vif)
      await tellConductor(rest, request, node, 'vif_detach', { node_id: node.uuid, vif_id: vif })
      return await reply.code(204).send()
    },
  )
}

function checkId(id: string): void {
  if (!isLogicalName(id)) throw new BootringError('InvalidParameter', `Expected UUID or name for id: ${id}`)
}
