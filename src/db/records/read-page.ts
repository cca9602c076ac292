import { type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import { BootringError } from '../../model/errors.ts'
import type { PageQuery } from '../../model/management-stores.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { Engine } from '../engines/engine.ts'
import type { Tables } from '../tables.ts'
import type { Fields } from './record-fields.ts'

/** A table that is listed, with the columns of its records. */
export interface ListedTable<T extends keyof Tables, R> {
  name: T
  fields: Fields<R>
}

/** Of every table that is listed. A key of MariaDB's is no longer in order where a second column is asked for that it lacks. */
const uniqueColumns = new Set(['uuid', 'name', 'instance_uuid', 'address'])

/** The row behind which a page begins: where in the order it stands. */
interface Marker {
  id: number
  value: unknown
}

/** Rows of a list that stand together, each section behind the one before. */
interface Section {
  conditions: RawBuilder<SqlBool>[]
  sorted: boolean
}

/** The rows of a list, with the same columns in both. */
export interface Listed<T extends keyof Tables, Row> {
  every: SelectQueryBuilder<Tables, T, Row>
  wanted: SelectQueryBuilder<Tables, T, Row>
}

/**
 * One page of a list, in the order of (column, id). Engines disagree on where nulls belong, and use no index where they are
 * told: so rows with null and those without are asked for one after the other, nulls first where ascending.
 */
export async function readPage<T extends keyof Tables, R, Row>(
  { read, dialect }: Pick<Engine, 'read' | 'dialect'>,
  table: ListedTable<T, R>,
  { every, wanted }: Listed<T, Row>,
  query: PageQuery,
): Promise<Row[]> {
  const { limit, descending, sortKey } = query
  const column = sortColumn(dialect, table, sortKey)
  const marker = query.marker === undefined ? undefined : await findMarker(read, table.name, sortKey, query.marker)
  const direction = descending ? 'desc' : 'asc'
  const id = sql.ref<number>(`${table.name}.id`)
  const rows: Row[] = []
  for (const { conditions, sorted } of sections(table.name, column, sortKey, descending, marker)) {
    const missing = limit - rows.length
    if (missing <= 0) break
    let part = wanted
    for (const condition of conditions) part = part.where(condition)
    if (sorted) {
      // Sorted by their keys alone: whole rows are a hundred times as large.
      const keys = part.clearSelect().select(id.as('id')).orderBy(column, direction).limit(missing)
      const page = uniqueColumns.has(sortKey) ? keys : keys.orderBy(id, direction)
      part = every.where(sql<SqlBool>`${id} in (select id from (${page}) as page)`)
      part = part.orderBy(column, direction)
    }
    rows.push(...(await part.orderBy(id, direction).limit(missing).execute()))
  }
  return rows
}

/** Only a name of the table's own columns ever becomes part of a statement. */
function sortColumn<T extends keyof Tables, R>(
  dialect: Dialect,
  { name, fields }: ListedTable<T, R>,
  sortKey: string,
): RawBuilder<unknown> {
  const kind = Object.hasOwn(fields, sortKey) ? fields[sortKey as keyof R] : undefined
  if (kind === undefined || kind === 'json') {
    throw new BootringError('InvalidParameter', `${name} can't be sorted by ${JSON.stringify(sortKey)}`)
  }
  const column = sql.ref(`${name}.${sortKey}`)
  return kind === 'text' || kind === 'text?' ? dialect.inByteOrder(column) : column
}

async function findMarker(read: Engine['read'], table: keyof Tables, sortKey: string, uuid: string): Promise<Marker> {
  const { rows } = await sql<Marker>`
    select id, ${sql.ref(sortKey)} as value from ${sql.table(table)} where uuid = ${uuid}
  `.execute(read)
  if (!rows[0]) throw new BootringError('InvalidParameter', `the marker ${JSON.stringify(uuid)} is none of ${table}`)
  return rows[0]
}

function sections(
  table: keyof Tables,
  column: RawBuilder<unknown>,
  sortKey: string,
  descending: boolean,
  marker: Marker | undefined,
): Section[] {
  const behind = descending ? sql`<` : sql`>`
  const behindId = marker && sql<SqlBool>`${sql.ref(`${table}.id`)} ${behind} ${marker.id}`
  if (sortKey === 'id') return [{ conditions: behindId ? [behindId] : [], sorted: false }]
  const nulls: Section = { conditions: [sql<SqlBool>`${column} is null`], sorted: false }
  const others: Section = { conditions: [sql<SqlBool>`${column} is not null`], sorted: true }
  const inOrder = descending ? [others, nulls] : [nulls, others]
  if (!marker || !behindId) return inOrder
  const { value } = marker
  const section = value === null ? nulls : others
  if (value === null) nulls.conditions.push(behindId)
  // The first half alone is what an index answers.
  else others.conditions.push(sql`${column} ${behind}= ${value} and (${column} ${behind} ${value} or ${behindId})`)
  return inOrder.slice(inOrder.indexOf(section))
}
