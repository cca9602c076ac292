import type { FastifyRequest } from 'fastify'
import type { Conductor } from '../../model/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import { shownTime } from '../../resources/shown.ts'
import type { FieldsQuery } from '../rest/asked-fields.ts'
import { resourceLinks } from '../rest/links.ts'
import { fieldParameters, listPage, type PageParameters, pageParameters } from '../rest/paging.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, listOf, object, pathParameters } from '../rest/schemas.ts'

const since = 49
const tags = ['conductors']
const allFields = ['hostname', 'conductor_group', 'alive', 'drivers', 'created_at', 'updated_at']
const shortFields = ['hostname', 'conductor_group', 'alive']
const sortKeys = ['id', 'hostname', 'conductor_group', 'created_at', 'updated_at']

const shownConductor = object('A conductor.', {
  hostname: { type: 'string' },
  conductor_group: { type: 'string' },
  alive: { type: 'boolean', description: 'It was heard from within [conductor]heartbeat_timeout.' },
  drivers: { type: 'array', items: { type: 'string' }, description: 'Hardware types that it offers.' },
})

/** /v1/conductors: all that have registered, dead ones included. */
export const conductorRoutes: RestRoutes = (app, rest) => {
  app.get<{ Querystring: PageParameters & FieldsQuery }>(
    '/v1/conductors',
    {
      config: { since },
      schema: {
        tags,
        summary: 'List conductors',
        querystring: {
          type: 'object',
          properties: {
            ...pageParameters,
            marker: { type: 'string', description: 'Host name of the last one of the page before.' },
            ...fieldParameters,
          },
        },
        response: answers(200, listOf('conductors', shownConductor)),
      },
    },
    async (request) => {
      const { detail, fields } = request.query
      if (fields !== undefined && detail)
        throw new BootringError('InvalidParameter', 'Can not specify ?detail=True and fields in the same request.')
      const names = checkedFields(fields) ?? (detail ? allFields : shortFields)
      const page = pageOf(await rest.rings.conductors(), request.query, rest.options.maxLimit)
      // They have no UUIDs, and go by their names.
      const rows = page.rows.map((conductor) => ({ ...conductor, uuid: conductor.hostname }))
      return listPage('conductors', rows, (conductor) => show(rest, request, conductor, names), page.query, {
        url: `${rest.rootUrl(request)}/v1/conductors`,
        query: request.query,
      })
    },
  )

  app.get<{ Params: { hostname: string }; Querystring: FieldsQuery }>(
    '/v1/conductors/:hostname',
    {
      config: { since },
      schema: {
        tags,
        summary: 'Show a conductor',
        params: pathParameters({ hostname: 'Its host name, as the list has it.' }),
        querystring: { type: 'object', properties: { fields: fieldParameters.fields } },
        response: answers(200, shownConductor),
      },
    },
    async (request) => {
      const names = checkedFields(request.query.fields) ?? allFields
      const { hostname } = request.params
      const conductor = (await rest.rings.conductors()).find((each) => each.hostname === hostname)
      if (conductor === undefined) throw new BootringError('NotFound', `Conductor ${hostname} could not be found.`)
      return show(rest, request, conductor, names)
    },
  )
}

/** Throws `InvalidParameter` for fields that there are not. */
function checkedFields(fields: string[] | undefined): string[] | undefined {
  const strangers = fields?.filter((name) => !allFields.includes(name) && name !== 'links') ?? []
  if (strangers.length > 0)
    throw new BootringError('InvalidParameter', `Field(s) "${strangers.join(', ')}" are not valid`)
  return fields?.length ? fields : undefined
}

function pageOf(all: readonly Conductor[], query: PageParameters, maxLimit: number) {
  const { limit = maxLimit, marker, sort_dir = 'asc', sort_key = 'id' } = query
  const wrong = (message: string) => new BootringError('InvalidParameter', message)
  if (limit <= 0) throw wrong('Limit must be positive')
  if (sort_dir !== 'asc' && sort_dir !== 'desc')
    throw wrong(`Invalid sort direction: ${sort_dir}. Acceptable values are 'asc' or 'desc'`)
  if (!sortKeys.includes(sort_key)) throw wrong(`The sort_key value ${sort_key} is an invalid field for sorting`)
  const descending = sort_dir === 'desc'
  const sorted = [...all].sort((a, b) => (descending ? -1 : 1) * (compare(a, b, sort_key) || a.id - b.id))
  const start = marker === undefined ? 0 : sorted.findIndex(({ hostname }) => hostname === marker) + 1
  if (marker !== undefined && start === 0) throw wrong(`Conductor ${marker} could not be found.`)
  const most = Math.min(limit, maxLimit)
  return { rows: sorted.slice(start, start + most), query: { limit: most, sortKey: sort_key, descending } }
}

function compare(a: Conductor, b: Conductor, key: string): number {
  const value = ({ conductorGroup, createdAt, hostname, id, updatedAt }: Conductor) => {
    if (key === 'hostname') return hostname
    if (key === 'conductor_group') return conductorGroup
    const time = key === 'created_at' ? createdAt : updatedAt
    return key === 'id' ? id : (time?.getTime() ?? 0)
  }
  const [left, right] = [value(a), value(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function show(
  rest: Rest,
  request: Pick<FastifyRequest, 'host'>,
  conductor: Conductor,
  names: readonly string[],
): JsonObject {
  const { alive, conductorGroup, createdAt = null, drivers, hostname, updatedAt } = conductor
  const shown = {
    hostname,
    conductor_group: conductorGroup,
    alive,
    drivers,
    created_at: shownTime(createdAt),
    updated_at: shownTime(updatedAt),
  }
  return {
    ...Object.fromEntries(Object.entries(shown).filter(([name]) => names.includes(name))),
    links: resourceLinks(rest.rootUrl(request), `conductors/${hostname}`),
  }
}
