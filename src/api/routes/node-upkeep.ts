import { readFlag } from '../../resources/value-types.ts'
import { type NodeParams, nodeOfPath, tellConductor, unsupported } from '../rest/node-route.ts'
import type { RestRoutes } from '../rest/rest.ts'
import { answers, bodyOf, object, ofNode, optionalBodyOf } from '../rest/schemas.ts'

const tags = ['nodes']

/** Maintenance, validation and what a node boots from. */
export const nodeUpkeepRoutes: RestRoutes = (app, rest) => {
  app.put<{ Params: NodeParams; Body: { reason?: string | null } | null | undefined }>(
    '/v1/nodes/:node/maintenance',
    {
      schema: {
        tags,
        summary: 'Put a node into maintenance',
        params: ofNode,
        body: optionalBodyOf({ reason: { type: ['string', 'null'], maxLength: 16_000, description: 'Why.' } }),
        response: answers(202),
      },
    },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      const reason = request.body?.reason ?? undefined
      await tellConductor(rest, request, node, 'set_node_maintenance', {
        node_id: node.uuid,
        maintenance: true,
        ...(reason === undefined ? {} : { reason }),
      })
      return await reply.code(202).send()
    },
  )

  app.delete<{ Params: NodeParams }>(
    '/v1/nodes/:node/maintenance',
    { schema: { tags, summary: 'Take a node out of maintenance', params: ofNode, response: answers(202) } },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      await tellConductor(rest, request, node, 'set_node_maintenance', { node_id: node.uuid, maintenance: false })
      return await reply.code(202).send()
    },
  )

  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/validate',
    {
      schema: {
        tags,
        summary: 'Say whether the interfaces of a node have what they need',
        params: ofNode,
        response: answers(200, object('By interface: `result`, and `reason` where it is not true.')),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      const params = { node_id: node.uuid }
      return (await tellConductor(rest, request, node, 'validate_driver_interfaces', params)).interfaces
    },
  )

  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/management/boot_device',
    {
      schema: {
        tags,
        summary: 'What a node boots from',
        params: ofNode,
        response: answers(200, object('`boot_device` and `persistent`, null where not known.')),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      return (await tellConductor(rest, request, node, 'get_boot_device', { node_id: node.uuid })).boot_device
    },
  )

  app.put<{ Params: NodeParams; Body: { boot_device: string; persistent?: boolean | string | null } }>(
    '/v1/nodes/:node/management/boot_device',
    {
      schema: {
        tags,
        summary: 'Set what a node boots from',
        params: ofNode,
        body: bodyOf(
          {
            boot_device: { type: 'string', maxLength: 255, description: 'e.g. pxe, disk, cdrom.' },
            persistent: { type: ['boolean', 'string', 'null'], description: 'For all boots, not the next one alone.' },
          },
          ['boot_device'],
        ),
        response: answers(204),
      },
    },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      const { boot_device: device, persistent: given } = request.body
      const persistent = readFlag(given ?? false, 'persistent')
      await tellConductor(rest, request, node, 'set_boot_device', { node_id: node.uuid, device, persistent })
      return await reply.code(204).send()
    },
  )

  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/management/boot_device/supported',
    {
      schema: {
        tags,
        summary: 'What a node can boot from',
        params: ofNode,
        response: answers(
          200,
          object('The devices.', { supported_boot_devices: { type: 'array', items: { type: 'string' } } }),
        ),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      const { devices } = await tellConductor(rest, request, node, 'get_supported_boot_devices', { node_id: node.uuid })
      return { supported_boot_devices: devices }
    },
  )

  app.put<{ Params: NodeParams }>(
    '/v1/nodes/:node/management/inject_nmi',
    {
      config: { since: 29 },
      schema: {
        tags,
        summary: 'Send a node a non-maskable interrupt',
        params: ofNode,
        body: optionalBodyOf({}),
        response: answers(204),
      },
    },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      await tellConductor(rest, request, node, 'inject_nmi', { node_id: node.uuid })
      return await reply.code(204).send()
    },
  )

  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/management/indicators',
    {
      config: { since: 63 },
      schema: {
        tags,
        summary: 'Lights of a node: no hardware type has them yet',
        params: ofNode,
        response: answers(200, object('Lights.')),
      },
    },
    async (request) => {
      throw unsupported(await nodeOfPath(rest, request), 'get_supported_indicators')
    },
  )
}
