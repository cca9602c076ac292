import { sql } from 'kysely'
import { isConnectionError } from './connection-error.ts'
import type { Dialect, Failure } from './dialect.ts'

// SQLSTATEs and their classes, https://www.postgresql.org/docs/current/errcodes-appendix.html
const unavailable = /^(08...|28...|3D000|53...|57014|57P0.|58...|25006|42501|55P03|25P03)$/
const retry = /^(40001|40P01)$/
const readOnlyTransaction = '25006'
const duplicate = '23505'
const schema = /^(42P01|42703|3F000)$/
// Too long, out of range, or with a character that text can't hold (U+0000).
const unfit = /^(22001|22003|22021|22P05)$/

export const postgresql: Dialect = {
  boolean: (value) => value,
  now: () => sql<string>`(clock_timestamp() at time zone 'utc')`,
  secondsAgo: (seconds) =>
    sql<string>`(clock_timestamp() at time zone 'utc' - make_interval(secs => ${seconds}::double precision))`,
  addingTo: (table, key, column) =>
    sql`on conflict (${sql.join(key.map((one) => sql.ref(one)))}) do update set ${sql.ref(column)} = ${sql.ref(`${table}.${column}`)} + ${sql.ref(`excluded.${column}`)}`,
  inByteOrder: (column) => sql`${column} collate "C"`,
  indexesAreInByteOrder: false,
  // With the row lock that writers take first, each statement then sees all that was committed before it.
  isolationLevel: 'read committed',
  supportsRowLocks: true,
  shareLock: sql`for share`,
  upgradesInOneTransaction: false,
  columnTypes: { boolean: 'boolean', time: 'timestamp', longText: 'text' },
  autoIncrement: 'serial',
  indexesInCreateTable: false,
  tableOptions: (table) => table,
  failure(error): Failure | undefined {
    if (!(error instanceof Error)) return undefined
    const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
    if (code === duplicate) return 'duplicate'
    if (retry.test(code)) return 'retry'
    if (schema.test(code)) return 'schema'
    if (unfit.test(code)) return 'unfit'
    if (unavailable.test(code) || isConnectionError(error)) return 'unavailable'
    return undefined
  },
  takesNoWrites: (error) => error instanceof Error && 'code' in error && error.code === readOnlyTransaction,
}
