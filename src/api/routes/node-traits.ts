import { BootringError } from '../../model/errors.ts'
import { checkTrait, checkTraits, maxTraits, traitPattern } from '../../resources/traits.ts'
import { leadTo, type NodeParams, nodeOfPath, tellConductor } from '../rest/node-route.ts'
import type { RestRoutes } from '../rest/rest.ts'
import { answers, bodyOf, object, ofNode, pathParameters } from '../rest/schemas.ts'

const tags = ['traits']
const config = { since: 37 }
const list = { type: 'array', maxItems: maxTraits, items: { type: 'string', maxLength: 255, pattern: traitPattern } }
const ofTrait = pathParameters({ node: 'UUID or name of the node.', trait: 'The trait.' })

interface TraitParams extends NodeParams {
  trait: string
}

/** /v1/nodes/<node>/traits */
export const nodeTraitRoutes: RestRoutes = (app, rest) => {
  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/traits',
    {
      config,
      schema: {
        tags,
        summary: 'Traits of a node',
        params: ofNode,
        response: answers(200, object('Its traits.', { traits: list })),
      },
    },
    async (request) => {
      const { id } = await nodeOfPath(rest, request)
      return { traits: (await rest.reader.traits([id])).get(id) ?? [] }
    },
  )

  app.put<{ Params: NodeParams; Body: { traits: string[] } }>(
    '/v1/nodes/:node/traits',
    {
      config,
      schema: {
        tags,
        summary: 'Set all traits of a node',
        params: ofNode,
        body: bodyOf({ traits: list }, ['traits']),
        response: answers(204),
      },
    },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      const traits = checkTraits(request.body.traits)
      await tellConductor(rest, request, node, 'add_node_traits', { node_id: node.uuid, traits, replace: true })
      return await reply.code(204).send()
    },
  )

  app.put<{ Params: TraitParams }>(
    '/v1/nodes/:node/traits/:trait',
    { config, schema: { tags, summary: 'Add a trait to a node', params: ofTrait, response: answers(204) } },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      if (request.body !== undefined && request.body !== null && Object.keys(request.body).length > 0)
        throw new BootringError('InvalidParameter', 'No body should be provided when adding a trait')
      const trait = checkTrait(request.params.trait)
      await tellConductor(rest, request, node, 'add_node_traits', {
        node_id: node.uuid,
        traits: [trait],
        replace: false,
      })
      leadTo(reply, rest, request, `traits/${trait}`)
      return await reply.code(204).send()
    },
  )

  app.delete<{ Params: NodeParams }>(
    '/v1/nodes/:node/traits',
    { config, schema: { tags, summary: 'Remove all traits of a node', params: ofNode, response: answers(204) } },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      await tellConductor(rest, request, node, 'remove_node_traits', { node_id: node.uuid, traits: [] })
      return await reply.code(204).send()
    },
  )

  app.delete<{ Params: TraitParams }>(
    '/v1/nodes/:node/traits/:trait',
    { config, schema: { tags, summary: 'Remove a trait of a node', params: ofTrait, response: answers(204) } },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      const { trait } = request.params
      await tellConductor(rest, request, node, 'remove_node_traits', { node_id: node.uuid, traits: [trait] })
      return await reply.code(204).send()
    },
  )
}
