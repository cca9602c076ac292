import { BootringError } from '../../model/errors.ts'
import type { HistoryRecord } from '../../model/records.ts'
import { shownTime } from '../../resources/shown.ts'
import { type NodeParams, nodeOfPath } from '../rest/node-route.ts'
import { listPage, type PageParameters, pageParameters } from '../rest/paging.ts'
import type { RestRoutes } from '../rest/rest.ts'
import { answers, listOf, object, ofNode, pathParameters } from '../rest/schemas.ts'

/** In lists, an event's text is cut to so many characters. */
const shortEventCharacters = 255

/** What is written down about a node: its history, its inventory, and the nodes that are part of it. */
export const nodeRecordRoutes: RestRoutes = (app, rest) => {
  app.get<{ Params: NodeParams; Querystring: PageParameters & { detail?: boolean } }>(
    '/v1/nodes/:node/history',
    {
      config: { since: 78 },
      schema: {
        tags: ['history'],
        summary: 'History of a node, newest first',
        params: ofNode,
        querystring: {
          type: 'object',
          properties: { ...pageParameters, detail: { type: 'boolean', description: 'Show all fields.' } },
        },
        response: answers(200, listOf('history', object('An entry.'))),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      const { detail = false, limit = rest.options.maxLimit, marker } = request.query
      if (limit <= 0) throw new BootringError('InvalidParameter', 'Limit must be positive')
      const page = { limit: Math.min(limit, rest.options.maxLimit), marker, sortKey: 'id', descending: true }
      const entries = await rest.reader.history(node.id, page)
      const url = `${rest.rootUrl(request)}/v1/nodes/${node.uuid}/history`
      return listPage('history', entries, (entry) => shown(entry, url, detail), page, { url, query: request.query })
    },
  )

  app.get<{ Params: NodeParams & { event: string } }>(
    '/v1/nodes/:node/history/:event',
    {
      config: { since: 78 },
      schema: {
        tags: ['history'],
        summary: 'An entry of the history of a node',
        params: pathParameters({ node: 'UUID or name of the node.', event: 'UUID of the entry.' }),
        response: answers(200, object('The entry.')),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      const { event } = request.params
      const entry = await rest.reader.historyEntry(node.id, event)
      if (entry === undefined) throw new BootringError('NotFound', `Node history record ${event} could not be found.`)
      return shown(entry, `${rest.rootUrl(request)}/v1/nodes/${node.uuid}/history`, true)
    },
  )

  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/inventory',
    {
      config: { since: 81 },
      schema: {
        tags: ['nodes'],
        summary: 'What inspection has found',
        params: ofNode,
        response: answers(200, object('`inventory` and `plugin_data`.')),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      const found = await rest.reader.inventory(node.id)
      if (found === undefined)
        throw new BootringError('NotFound', `Node inventory record for node ${node.uuid} could not be found.`)
      return { inventory: found.inventory_data, plugin_data: found.plugin_data }
    },
  )

  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/children',
    {
      config: { since: 83 },
      schema: {
        tags: ['nodes'],
        summary: 'Nodes that are part of a node',
        params: ofNode,
        response: answers(200, object('UUIDs, in `children`.')),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      const page = { limit: rest.options.maxLimit, sortKey: 'id', descending: false }
      const found = await rest.reader.nodes({ parent_node: node.uuid }, page)
      const href = `${rest.rootUrl(request)}/v1/nodes?parent_node=${node.uuid}`
      return { children: found.map(({ uuid }) => uuid), links: { href, rel: 'children' } }
    },
  )
}

function shown(entry: HistoryRecord, url: string, detail: boolean): Record<string, unknown> {
  const { conductor, created_at, event, event_type, severity, user, uuid } = entry
  const short = event.length > shortEventCharacters ? `${event.slice(0, shortEventCharacters - 4)}...` : event
  return {
    uuid,
    created_at: shownTime(created_at),
    severity,
    ...(detail ? { event_type, event, conductor, user } : { event: short }),
    links: [{ href: `${url}/${uuid}`, rel: 'self' }],
  }
}
