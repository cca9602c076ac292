import type { BootEventStore } from '../../model/boot-events.ts'
import type { Logger } from '../../observe/logger.ts'
import { parseConnectionUrl } from '../connection-url.ts'
import { openEngine } from '../engines/open-engine.ts'
import { SqlBootEventStore } from './sql-boot-event-store.ts'
import { SqliteBootEventStore } from './sqlite-boot-event-store.ts'

export interface OpenBootEventsOptions {
  /** One of SQLAlchemy's URLs. */
  url: string
  /** It is a database of its own, where nobody else makes the table. */
  isOwn: boolean
  /** For who only looks: a SQLite file that is not there is not made, and has no events. */
  readOnly?: boolean
  poolTimeoutSeconds: number
  logger?: Logger
}

/** Opens the store of boot events, with connections of its own: whoever waits here takes none from machines that boot. */
export async function openBootEventStore({
  isOwn,
  logger,
  poolTimeoutSeconds,
  readOnly = false,
  url,
}: OpenBootEventsOptions): Promise<BootEventStore> {
  const address = parseConnectionUrl(url)
  if (address.engine === 'sqlite') return new SqliteBootEventStore(address.path, { creates: !readOnly })
  const engine = await openEngine(address, { maxPoolSize: 2, poolTimeoutSeconds, ...(logger ? { logger } : {}) })
  return new SqlBootEventStore(engine, { makesTable: isOwn && !readOnly })
}
