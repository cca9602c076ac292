import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { NodeFilter } from '../../model/management-stores.ts'
import { toDoKey } from '../../model/to-do-key.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { oneOf } from '../records/one-of.ts'
import type { Tables } from '../tables.ts'

const equal = [
  'instance_uuid',
  'driver',
  'resource_class',
  'fault',
  'owner',
  'lessee',
  'parent_node',
] as const satisfies readonly (keyof NodeFilter)[]

/** Puts what a list asks of its nodes into the query. */
export function filteredNodes<Row>(
  query: SelectQueryBuilder<Tables, 'nodes', Row>,
  filter: NodeFilter,
  dialect: Dialect,
): SelectQueryBuilder<Tables, 'nodes', Row> {
  let q = query
  for (const column of equal) {
    const value = filter[column]
    if (value !== undefined) q = q.where(column, '=', value)
  }
  if (filter.conductor_group !== undefined) q = q.where('conductor_group', '=', filter.conductor_group.toLowerCase())
  if (filter.after_id !== undefined) q = q.where('id', '>', filter.after_id)
  if (filter.uuids) q = q.where(oneOf('uuid', filter.uuids))
  if (filter.provision_states) q = q.where(oneOf('provision_state', filter.provision_states))
  if (filter.shards) q = q.where(oneOf('shard', filter.shards))
  for (const column of ['maintenance', 'retired'] as const) {
    const value = filter[column]
    if (value === true) q = q.where(column, '=', dialect.boolean(true))
    if (value === false) {
      q = q.where((eb) => eb.or([eb(column, '=', dialect.boolean(false)), eb(column, 'is', null)]))
    }
  }
  const nullness = [
    ['instance_uuid', filter.associated],
    ['reservation', filter.reserved],
    ['target_provision_state', filter.under_way],
    ['shard', filter.sharded],
  ] as const
  for (const [column, isSet] of nullness) {
    if (isSet !== undefined) q = q.where(column, isSet ? 'is not' : 'is', null)
  }
  if (filter.include_children === false && filter.parent_node === undefined) {
    // Nearly all nodes are without: by the column's own index SQLite would find them all, and sort them for each page. Of
    // what a function makes of the column, PostgreSQL would guess that nearly none are, and sort them as well.
    q = q.where(sql<SqlBool>`(parent_node > '') is not true`)
  }
  if (filter.description_contains !== undefined) {
    const pattern = `%${filter.description_contains.replace(/[%_!]/g, '!$&')}%`
    q = q.where(sql<SqlBool>`lower(description) like lower(${pattern}) escape '!'`)
  }
  if (filter.has_to_do) q = q.where('driver_internal_info', 'like', `%"${toDoKey}":%`)
  if (filter.provisioned_before_seconds !== undefined) {
    q = q.where('provision_updated_at', '<', dialect.secondsAgo(filter.provisioned_before_seconds))
  }
  return q
}
