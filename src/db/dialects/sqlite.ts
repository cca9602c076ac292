import { sql } from 'kysely'
import type { Dialect, Failure } from './dialect.ts'

// Primary result codes, https://www.sqlite.org/rescode.html
const unavailable = new Set([
  5, // busy
  6, // locked
  8, // read-only
  10, // I/O error
  11, // corrupt
  13, // full
  14, // can't open
  23, // not authorised
  26, // not a database
])
const uniqueConstraint = 2067
// Of a text or a statement.
const tooBig = 18
const primaryKeyConstraint = 1555

// SQLAlchemy stores and compares text with six digits, and reads fewer digits as microseconds.
const format = '%Y-%m-%d %H:%M:%f'

export const sqlite: Dialect = {
  boolean: (value) => (value ? 1 : 0),
  now: () => sql<string>`(strftime(${sql.lit(format)}, 'now') || '000')`,
  secondsAgo: (seconds) => sql<string>`(strftime(${sql.lit(format)}, 'now', ${`-${seconds} seconds`}) || '000')`,
  addingTo: (table, key, column) =>
    sql`on conflict (${sql.join(key.map((one) => sql.ref(one)))}) do update set ${sql.ref(column)} = ${sql.ref(`${table}.${column}`)} + ${sql.ref(`excluded.${column}`)}`,
  inByteOrder: (column) => column,
  indexesAreInByteOrder: true,
  isolationLevel: undefined,
  supportsRowLocks: false,
  shareLock: undefined,
  upgradesInOneTransaction: true,
  columnTypes: { boolean: 'boolean', time: 'datetime', longText: 'text' },
  autoIncrement: 'rowid',
  indexesInCreateTable: false,
  tableOptions: (table) => table,
  failure(error): Failure | undefined {
    // The file or its folder could not be made.
    if (error instanceof Error && 'syscall' in error) return 'unavailable'
    if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined
    if (error.errcode === uniqueConstraint || error.errcode === primaryKeyConstraint) return 'duplicate'
    if (error.errcode === tooBig) return 'unfit'
    if (unavailable.has(error.errcode & 0xff)) return 'unavailable'
    if (/no such (table|column)|has no column named/.test(error.message)) return 'schema'
    return undefined
  },
  takesNoWrites: () => false,
}
