import { sql } from 'kysely'
import { isConnectionError } from './connection-error.ts'
import type { Dialect, Failure } from './dialect.ts'

// Error numbers, https://mariadb.com/kb/en/mariadb-error-codes/
const unavailable = new Set([
  1021, // disk full
  1040, // too many connections
  1044, // access to the database denied
  1045, // access denied
  1049, // unknown database
  1053, // shutting down
  1142, // no privilege on the table
  1143, // no privilege on the column
  1129, // host blocked
  1130, // host not allowed
  1203, // too many connections of this user
  1205, // lock wait time-out
  1226, // user's resource limit
  1290, // read-only
  1792, // read-only transaction
  1836, // read-only
  1047, // Galera: node not ready
  1698, // access denied without password
  1927, // connection killed
])
const readOnly = new Set([1290, 1792, 1836])
const retry = new Set([1213, 1020])
const duplicate = new Set([1062, 1586])
// 1109 is what information_schema and the like say.
const schema = new Set([1146, 1109, 1054])
const unfit = new Set([1264, 1366, 1406])

export const mysql: Dialect = {
  boolean: (value) => (value ? 1 : 0),
  // In whole seconds, as the columns are; NOW() would be in the session's time zone.
  now: () => sql<string>`utc_timestamp()`,
  secondsAgo: (seconds) => sql<string>`(utc_timestamp() - interval ${seconds} second)`,
  addingTo: (_table, _key, column) =>
    sql`on duplicate key update ${sql.ref(column)} = ${sql.ref(column)} + values(${sql.ref(column)})`,
  // By their collation, they are.
  inByteOrder: (column) => column,
  indexesAreInByteOrder: true,
  // Repeatable read, the engine's own, takes gap locks: conductors that register at once would deadlock.
  isolationLevel: 'read committed',
  supportsRowLocks: true,
  // MariaDB does not know `for share`.
  shareLock: sql`lock in share mode`,
  upgradesInOneTransaction: false,
  columnTypes: { boolean: sql`tinyint(1)`, time: 'datetime', longText: sql`longtext` },
  autoIncrement: 'auto_increment',
  indexesInCreateTable: true,
  // Binary collation: names that differ in case are two names, as on the other engines.
  tableOptions: (table) => table.modifyEnd(sql`engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin`),
  failure(error): Failure | undefined {
    if (!(error instanceof Error)) return undefined
    const number = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0
    if (duplicate.has(number)) return 'duplicate'
    if (retry.has(number)) return 'retry'
    if (schema.has(number)) return 'schema'
    if (unfit.has(number)) return 'unfit'
    if (unavailable.has(number) || isConnectionError(error)) return 'unavailable'
    return undefined
  },
  takesNoWrites: (error) =>
    error instanceof Error && 'errno' in error && typeof error.errno === 'number' && readOnly.has(error.errno),
}
