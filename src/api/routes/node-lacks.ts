import { BootringError } from '../../model/errors.ts'
import { type NodeParams, nodeOfPath, unsupported } from '../rest/node-route.ts'
import type { RestRoutes } from '../rest/rest.ts'
import { answers, object, ofNode } from '../rest/schemas.ts'

const tags = ['nodes']

/**
 * Below a node, what bootring's hardware types do not have: answered as Ironic answers where a node has none of it, or
 * where its driver does not do it.
 */
export const nodeLackRoutes: RestRoutes = (app, rest) => {
  for (const [name, since] of [
    ['bios', 40],
    ['firmware', 86],
  ] as const) {
    app.get<{ Params: NodeParams }>(
      `/v1/nodes/:node/${name}`,
      {
        config: { since },
        schema: {
          tags,
          summary: `The ${name} of a node: no hardware type reads it yet`,
          params: ofNode,
          response: answers(200, object('An empty list.')),
        },
      },
      async (request) => {
        await nodeOfPath(rest, request)
        return { [name]: [] }
      },
    )
  }

  for (const [method, extension, since] of [
    ['POST', 'attach_virtual_media', 89],
    ['DELETE', 'detach_virtual_media', 89],
    ['GET', 'get_virtual_media', 93],
  ] as const) {
    app.route<{ Params: NodeParams }>({
      method,
      url: '/v1/nodes/:node/vmedia',
      config: { since },
      schema: {
        tags,
        summary: 'Virtual media of a node: no hardware type has them yet',
        params: ofNode,
        response: answers(method === 'GET' ? 200 : 204),
      },
      handler: async (request) => {
        throw unsupported(await nodeOfPath(rest, request), extension)
      },
    })
  }

  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/allocation',
    {
      config: { since: 52 },
      schema: {
        tags,
        summary: 'The allocation of a node: there are none',
        params: ofNode,
        response: answers(200, object('The allocation.')),
      },
    },
    async (request) => {
      const { uuid } = await nodeOfPath(rest, request)
      throw new BootringError('NotFound', `Node ${uuid} is not associated with an allocation`)
    },
  )

  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/vendor_passthru/methods',
    {
      schema: {
        tags,
        summary: 'Methods of the vendor: there are none',
        params: ofNode,
        response: answers(200, object('Empty.')),
      },
    },
    async (request) => {
      await nodeOfPath(rest, request)
      return {}
    },
  )

  app.route<{ Params: NodeParams }>({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/v1/nodes/:node/vendor_passthru',
    schema: { tags, summary: 'Call a method of the vendor: there are none', params: ofNode, response: answers(200) },
    handler: async (request) => {
      throw unsupported(await nodeOfPath(rest, request), 'vendor passthru')
    },
  })
}
