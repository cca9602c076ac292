import type { Kysely } from 'kysely'
import type { Dialect } from '../dialects/dialect.ts'
import { createTable } from './table-builder.ts'

/**
 * Which process bears a conductor's name. A table of its own: a conductor of the release before, which knows nothing of
 * it, registers and beats as ever.
 */
export async function createConductorSessions(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await createTable(db, dialect, {
    name: 'bootring_conductor_session',
    columns: (table) =>
      table
        .addColumn('hostname', 'varchar(255)', (column) => column.notNull())
        .addColumn('session', 'varchar(36)', (column) => column.notNull())
        .addColumn('draining', dialect.columnTypes.boolean, (column) =>
          column.notNull().defaultTo(dialect.boolean(false)),
        )
        .addUniqueConstraint('uniq_bootring_conductor_session0hostname', ['hostname']),
    indexes: {},
  })
}
