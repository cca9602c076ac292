import type { Dialect } from '../dialects/dialect.ts'
import { parseJsonColumn } from '../json-column.ts'
import { formatUtcTime, parseUtcTime } from '../utc-time.ts'
import { columnsOf, type Fields, type Kind } from './record-fields.ts'

/** The record that a row with these columns is. */
export function readRecord<R>(fields: Fields<R>, row: { readonly [C in keyof R]: unknown }): R {
  const values: Record<string, unknown> = {}
  for (const column of columnsOf(fields)) values[column] = readValue(fields[column], row[column])
  // `Fields` has made sure of each column's kind; which words a text may be, those who write it see to.
  return values as R
}

/** What only the stores themselves write, whatever a caller hands over. */
const ownColumns = new Set(['id', 'uuid', 'node_id', 'created_at', 'updated_at', 'reservation', 'conductor_affinity'])

/** A record's changes as columns take them; a member that is undefined is left out. */
export function writeRecord<R>(fields: Fields<R>, changes: Partial<R>, dialect: Dialect): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const column of columnsOf(fields)) {
    const value = changes[column]
    if (value !== undefined && !ownColumns.has(column)) values[column] = writeValue(value, dialect)
  }
  return values
}

function readValue(kind: Kind, value: unknown): unknown {
  switch (kind) {
    case 'boolean':
      return Boolean(value)
    case 'boolean?':
      return value === null ? null : Boolean(value)
    case 'time?':
      return parseUtcTime(value as string | null)
    case 'json':
      return parseJsonColumn(value as string | null)
    case 'text':
      return value ?? ''
    default:
      return value
  }
}

function writeValue(value: unknown, dialect: Dialect): unknown {
  if (typeof value === 'boolean') return dialect.boolean(value)
  if (value instanceof Date) return formatUtcTime(value)
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return value
}
