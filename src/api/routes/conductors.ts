import type { FastifyRequest } from 'fastify'
import type { Conductor } from '../../model/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { PageQuery } from '../../model/management-stores.ts'
import type { JsonObject } from '../../model/node.ts'
import { conductorFields } from '../../resources/conductor-fields.ts'
import { shownTime } from '../../resources/shown.ts'
import { askedFields, askedListFields, type FieldsQuery } from '../rest/asked-fields.ts'
import { resourceLinks } from '../rest/links.ts'
import { fieldParameters, listPage, type PageParameters, pageOf, pageParameters } from '../rest/paging.ts'
import { shownSchema } from '../rest/resource-schemas.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, listOf, pathParameters } from '../rest/schemas.ts'

const since = 49
const tags = ['conductors']
const shownConductor = { ...shownSchema(conductorFields), description: 'A conductor.' }

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
      const { microversion, query } = request
      const names = askedListFields(conductorFields, query, microversion)
      const page = pageOf(query, conductorFields, microversion, rest.options.maxLimit)
      // They have no UUIDs, and go by their names.
      const rows = ofPage(await rest.rings.conductors(), page).map((row) => ({ ...row, uuid: row.hostname }))
      const url = `${rest.rootUrl(request)}/v1/conductors`
      return listPage('conductors', rows, (row) => show(rest, request, row, names), page, { url, query })
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
      const names = askedFields(conductorFields, request.query, request.microversion)
      const { hostname } = request.params
      const conductor = (await rest.rings.conductors()).find((each) => each.hostname === hostname)
      if (conductor === undefined) throw new BootringError('NotFound', `Conductor ${hostname} could not be found.`)
      return show(rest, request, conductor, names)
    },
  )
}

/** Throws `InvalidParameter` for a marker that there is not. */
function ofPage(all: readonly Conductor[], { descending, limit, marker, sortKey }: PageQuery): Conductor[] {
  const sorted = [...all].sort((a, b) => (descending ? -1 : 1) * (compare(a, b, sortKey) || a.id - b.id))
  const start = marker === undefined ? 0 : sorted.findIndex(({ hostname }) => hostname === marker) + 1
  if (marker !== undefined && start === 0)
    throw new BootringError('InvalidParameter', `Conductor ${marker} could not be found.`)
  return sorted.slice(start, start + limit)
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
  names: readonly string[] | undefined,
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
    ...Object.fromEntries(Object.entries(shown).filter(([name]) => names?.includes(name) ?? true)),
    links: resourceLinks(rest.rootUrl(request), `conductors/${hostname}`),
  }
}
