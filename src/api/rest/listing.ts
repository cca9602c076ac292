import type { FastifyRequest } from 'fastify'
import type { PageQuery } from '../../model/management-stores.ts'
import type { JsonObject } from '../../model/node.ts'
import { listPage } from './paging.ts'
import type { Rest } from './rest.ts'

/** A page of a list as an answer: its members as they are shown, and the link to the next page. */
export function listAnswer<T extends { readonly uuid: string }>(
  rest: Rest,
  request: Pick<FastifyRequest, 'host' | 'query' | 'url'>,
  name: string,
  page: PageQuery,
  { rows, show }: { rows: readonly T[]; show: (row: T) => JsonObject },
): JsonObject {
  const shown = listPage(name, rows, page, {
    url: `${rest.rootUrl(request)}${request.url.split('?', 1)[0]}`,
    query: request.query as Readonly<Record<string, unknown>>,
    marker: ({ uuid }) => uuid,
  })
  return { ...shown, [name]: rows.map(show) }
}
