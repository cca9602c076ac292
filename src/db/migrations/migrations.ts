import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Dialect } from '../dialects/dialect.ts'
import { createConductors } from './0001-conductors.ts'
import { createNodes } from './0002-nodes.ts'
import { createPorts } from './0003-ports.ts'
import { createConductorSessions } from './0004-conductor-sessions.ts'
import { addNewerColumns } from './0005-newer-columns.ts'
import { createManagement } from './0006-management.ts'
import { createBootEvents } from './0007-boot-events.ts'
import { indexNamesInByteOrder } from './0008-names-in-byte-order.ts'

type Step = (db: Kysely<unknown>, dialect: Dialect) => Promise<void>

// Never changed once released, only added to: the names stand in every database.
const steps: Record<string, Step> = {
  '0001-conductors': createConductors,
  '0002-nodes': createNodes,
  '0003-ports': createPorts,
  '0004-conductor-sessions': createConductorSessions,
  '0005-newer-columns': addNewerColumns,
  '0006-management': createManagement,
  '0007-boot-events': createBootEvents,
  '0008-names-in-byte-order': indexNamesInByteOrder,
}

/** The names of all migrations, in their order. */
export const migrationNames: readonly string[] = Object.keys(steps).sort()

/** All migrations, for one engine. */
export function migrations(dialect: Dialect): Record<string, Migration> {
  return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, { up: (db) => step(db, dialect) }]))
}
