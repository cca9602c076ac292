import { BootringError } from '../../model/errors.ts'
import type { ListedNode, NodeFilter, PageQuery } from '../../model/management-stores.ts'
import { provisionStates } from '../../model/provision-states.ts'
import type { NodeRecord } from '../../model/records.ts'
import { keysOf } from '../../resources/field.ts'
import { nodeColumns, nodeFields } from '../../resources/node-fields.ts'
import { askedListFields, type FieldsQuery } from '../rest/asked-fields.ts'
import { requireVersion } from '../rest/microversion.ts'
import { ringKey } from '../rest/node-conductors.ts'
import { nodeOf } from '../rest/node-lookup.ts'
import { fieldParameters, listPage, type PageParameters, pageOf, pageParameters } from '../rest/paging.ts'
import type { QueryParameter } from '../rest/query-values.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, listOf, shared } from '../rest/schemas.ts'
import { shownNodes } from '../rest/shown-nodes.ts'

interface FilterQuery {
  instance_uuid?: string
  associated?: boolean
  maintenance?: boolean
  retired?: boolean
  provision_state?: string
  driver?: string
  resource_class?: string
  fault?: string
  conductor_group?: string
  conductor?: string
  owner?: string
  lessee?: string
  description_contains?: string
  shard?: string[]
  sharded?: boolean
  include_children?: boolean
  parent_node?: string
  chassis_uuid?: string
}

type NodesQuery = PageParameters & FieldsQuery & FilterQuery

const filterParameters: Readonly<Record<keyof FilterQuery, QueryParameter>> = {
  instance_uuid: { type: 'string', format: 'uuid', description: 'The node with this instance.' },
  associated: { type: 'boolean', description: 'Those with an instance, or without one.' },
  maintenance: { type: 'boolean', description: 'Those in maintenance, or not in it.' },
  retired: { type: 'boolean', description: 'Those that are retired, or not.' },
  provision_state: { type: 'string', description: 'Those in this provision state.' },
  driver: { type: 'string', description: 'Those with this hardware type.' },
  resource_class: { type: 'string', description: 'Those of this resource class.' },
  fault: { type: 'string', description: 'Those with this fault.' },
  conductor_group: { type: 'string', description: 'Those of this conductor group.' },
  conductor: { type: 'string', description: 'Those that this conductor owns by the ring.' },
  owner: { type: 'string', description: 'Those of this owner.' },
  lessee: { type: 'string', description: 'Those of this lessee.' },
  description_contains: { type: 'string', description: 'Those whose description holds this text.' },
  shard: { type: 'array', items: { type: 'string' }, description: 'Those of these shards.' },
  sharded: { type: 'boolean', description: 'Those with a shard, or without one.' },
  include_children: { type: 'boolean', description: 'Those that are part of another node, too.' },
  parent_node: { type: 'string', description: 'Those that are part of this node.' },
  chassis_uuid: { type: 'string', format: 'uuid', description: 'None: there are no chassis.' },
}

/** Since when there are filters that were not there from the beginning. */
const since: Partial<Record<keyof FilterQuery, number>> = {
  provision_state: 9,
  driver: 16,
  resource_class: 21,
  fault: 42,
  conductor_group: 46,
  conductor: 49,
  owner: 50,
  lessee: 65,
  shard: 82,
  sharded: 82,
  include_children: 83,
  parent_node: 83,
}

const faults = ['power failure', 'clean failure', 'rescue abort failure', 'service failure']

const querystring = (properties: Readonly<Record<string, QueryParameter>>) => ({ type: 'object', properties })

/** Lists of nodes. */
export const nodeListRoutes: RestRoutes = (app, rest) => {
  app.get<{ Querystring: NodesQuery }>(
    '/v1/nodes',
    {
      schema: {
        tags: ['nodes'],
        summary: 'List nodes',
        querystring: querystring({ ...pageParameters, ...fieldParameters, ...filterParameters }),
        response: answers(200, listOf('nodes', shared('Node'))),
      },
    },
    async (request) => {
      const fields = askedListFields(nodeFields, request.query, request.microversion)
      return await list(rest, request, 'nodes', fields)
    },
  )

  app.get<{ Querystring: PageParameters & FilterQuery }>(
    '/v1/nodes/detail',
    {
      schema: {
        tags: ['nodes'],
        summary: 'List nodes with all of their fields',
        querystring: querystring({ ...pageParameters, ...filterParameters }),
        response: answers(200, listOf('nodes', shared('Node'))),
      },
    },
    async (request) => await list(rest, request, 'nodes/detail', undefined),
  )
}

interface ListRequest {
  readonly host: string
  readonly microversion: number
  readonly query: PageParameters & FilterQuery
}

async function list(rest: Rest, request: ListRequest, path: string, fields: readonly string[] | undefined) {
  const { microversion, query } = request
  const page = pageOf(query, nodeFields, microversion, rest.options.maxLimit)
  const filter = await filterOf(rest, query, microversion)
  const nodes =
    query.conductor === undefined
      ? await rest.reader.nodes(filter, page, columnsOf(fields))
      : await nodesOfConductor(rest, { filter, page, fields }, query.conductor)
  const shown = await shownNodes(rest, request, nodes, fields)
  const shownByNode = new Map(nodes.map((node, index) => [node, shown[index]]))
  const url = `${rest.rootUrl(request)}/v1/${path}`
  // One instance is on one node.
  const whole = query.instance_uuid === undefined ? page : { ...page, limit: Number.POSITIVE_INFINITY }
  return listPage('nodes', nodes, (node) => shownByNode.get(node), whole, { url, query })
}

/** What of a row the fields are read from; undefined: all of it. Traits and conductors stand elsewhere. */
function columnsOf(fields: readonly string[] | undefined): (keyof NodeRecord)[] | undefined {
  return fields && keysOf(nodeColumns).filter((name) => fields.includes(name))
}

async function filterOf(rest: Rest, query: FilterQuery, microversion: number): Promise<NodeFilter> {
  for (const name of Object.keys(since) as (keyof FilterQuery)[])
    if (query[name] !== undefined) requireVersion(microversion, since[name] ?? 1)
  const { chassis_uuid, conductor, include_children, parent_node, provision_state, shard, ...same } = query
  const states: readonly string[] = provisionStates
  if (provision_state !== undefined && !states.includes(provision_state))
    throw new BootringError('InvalidParameter', `Provision state "${provision_state}" is not valid`)
  if (query.fault !== undefined && !faults.includes(query.fault)) {
    throw new BootringError(
      'InvalidParameter',
      `Unrecognized fault "${query.fault}" is specified, allowed faults are ${faults.join(', ')}`,
    )
  }
  if (chassis_uuid !== undefined) throw new BootringError('NotFound', `Chassis ${chassis_uuid} could not be found.`)
  return {
    ...pick(same),
    ...(provision_state === undefined ? {} : { provision_states: [provision_state] }),
    ...(shard === undefined ? {} : { shards: shard }),
    ...(parent_node === undefined
      ? { include_children: include_children ?? false }
      : { parent_node: (await nodeOf(rest.reader, parent_node, microversion)).uuid }),
  }
}

/** Filters that the store has by the same name; the rest of a query is about pages and fields. */
function pick(query: FilterQuery): NodeFilter {
  const { associated, conductor_group, description_contains, driver, fault, instance_uuid } = query
  const { lessee, maintenance, owner, resource_class, retired, sharded } = query
  const all = {
    associated,
    conductor_group: conductor_group?.toLowerCase(),
    description_contains,
    driver,
    fault,
    instance_uuid,
    lessee,
    maintenance,
    owner,
    resource_class,
    retired,
    sharded,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Who owns a node is not in its row: pages are read until one is full. */
async function nodesOfConductor(
  rest: Rest,
  { fields, filter, page }: { filter: NodeFilter; page: PageQuery; fields: readonly string[] | undefined },
  conductor: string,
): Promise<ListedNode[]> {
  const found: ListedNode[] = []
  const step = { ...page, limit: rest.options.maxLimit }
  for (;;) {
    const nodes = await rest.reader.nodes(filter, step, columnsOf(fields))
    for (const node of nodes) {
      if ((await rest.rings.owner(ringKey(node))) === conductor) found.push(node)
      if (found.length === page.limit) return found
    }
    if (nodes.length < step.limit) return found
    step.marker = nodes.at(-1)?.uuid
  }
}
