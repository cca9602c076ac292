import { integer, optionalString } from '../option.ts'

export const databaseSection = {
  connection: optionalString(
    "SQLAlchemy's URL of the database: sqlite:////path, mysql+pymysql://user:password@host/name?charset=utf8mb4, postgresql+psycopg2://user:password@host/name. Default: SQLite under [DEFAULT]state_path (attached: its ironic.sqlite, as Ironic has it).",
    { secret: true, deprecatedNames: ['DEFAULT/sql_connection', 'database/sql_connection', 'sql/connection'] },
  ),
  max_pool_size: integer(5, 'Connections that a process opens at most.', {
    min: 1,
    max: 1000,
    // No limit, to Ironic. It may have the database to itself; its guest stays with its own default.
    attached: { type: { kind: 'integer' }, adopt: (size) => (size < 1 ? 5 : Math.min(size, 1000)) },
  }),
  pool_timeout: integer(30, 'How long a query waits for a free connection.', {
    min: 1,
    unit: 'seconds',
    attached: { type: { kind: 'integer' }, adopt: (seconds) => Math.max(1, seconds) },
  }),
}
