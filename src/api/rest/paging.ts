import { BootringError } from '../../model/errors.ts'
import type { PageQuery } from '../../model/management-stores.ts'
import { type Fields, keysOf } from '../../resources/field.ts'
import { requireVersion } from './microversion.ts'
import type { QueryParameter } from './query-values.ts'

/** Query parameters of every list. */
export const pageParameters = {
  limit: { type: 'integer', description: 'At most so many; never more than [api]max_limit.' },
  marker: { type: 'string', format: 'uuid', description: 'UUID of the last one of the page before.' },
  sort_key: { type: 'string', description: 'Field to sort by. Default: the order of creation.' },
  sort_dir: { type: 'string', description: 'asc or desc.' },
} as const satisfies Record<string, QueryParameter>

/** Those of lists whose members may be shown in more or fewer fields. */
export const fieldParameters = {
  fields: { type: 'array', items: { type: 'string' }, description: 'Fields to show, separated by commas.' },
  detail: { type: 'boolean', description: 'Show all fields.' },
} as const satisfies Record<string, QueryParameter>

export interface PageParameters {
  limit?: number
  marker?: string
  sort_key?: string
  sort_dir?: string
}

/** The page that a request asks for, of resources with these fields. Throws `InvalidParameter`, `NotAcceptable`. */
export function pageOf<T>(query: PageParameters, table: Fields<T>, microversion: number, maxLimit: number): PageQuery {
  const { limit = maxLimit, marker, sort_dir = 'asc', sort_key = 'id' } = query
  if (limit <= 0) throw new BootringError('InvalidParameter', 'Limit must be positive')
  if (sort_dir !== 'asc' && sort_dir !== 'desc') {
    throw new BootringError(
      'InvalidParameter',
      `Invalid sort direction: ${sort_dir}. Acceptable values are 'asc' or 'desc'`,
    )
  }
  const key = keysOf(table).find((name) => name === sort_key && table[name].sort)
  if (key !== undefined) requireVersion(microversion, table[key].since)
  else if (sort_key !== 'id')
    throw new BootringError('InvalidParameter', `The sort_key value ${sort_key} is an invalid field for sorting`)
  return { limit: Math.min(limit, maxLimit), marker, sortKey: sort_key, descending: sort_dir === 'desc' }
}

/**
 * A list with the link to its next page, where there may be one: with the parameters of this request, so that filters
 * go on holding.
 */
export function listPage<T extends { readonly uuid: string }>(
  name: string,
  records: readonly T[],
  show: (record: T) => unknown,
  page: PageQuery,
  { query, url }: { readonly url: string; readonly query: object },
): Record<string, unknown> {
  const list = { [name]: records.map(show) }
  const last = records.at(-1)
  if (last === undefined || records.length < page.limit) return list
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && key !== 'limit' && key !== 'marker') parameters.set(key, String(value))
  }
  parameters.set('limit', String(page.limit))
  parameters.set('marker', last.uuid)
  return { ...list, next: `${url}?${parameters}` }
}
