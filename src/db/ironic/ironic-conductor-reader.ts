import type { Kysely } from 'kysely'
import type { Conductor } from '../../model/conductor.ts'
import type { ConductorReader } from '../../model/stores.ts'
import { parseUtcTime } from '../utc-time.ts'
import { schemaHead } from './check-ironic-schema.ts'
import { mayDoWithoutHeartbeats } from './ironic-releases.ts'
import type { IronicTables } from './ironic-tables.ts'

/**
 * Who is alive, as Ironic itself decides it: by the clock of the host that asks, not of the database, and inclusive of
 * the last moment.
 */
export class IronicConductorReader implements ConductorReader {
  readonly #db: Kysely<IronicTables>
  readonly #onSqlite: boolean
  readonly #now: () => number

  /** `onSqlite`: whether Ironic takes itself to run on SQLite. `now`: milliseconds since 1970. */
  constructor(db: Kysely<IronicTables>, onSqlite: boolean, now: () => number = Date.now) {
    this.#db = db
    this.#onSqlite = onSqlite
    this.#now = now
  }

  async conductors(heartbeatTimeoutSeconds: number): Promise<Conductor[]> {
    const heartbeatsCount = await this.#heartbeatsCount(heartbeatTimeoutSeconds)
    // One statement, so that a conductor that registers meanwhile is seen with all that it offers or not at all.
    const rows = await this.#db
      .selectFrom('conductors as c')
      .leftJoin('conductor_hardware_interfaces as i', 'i.conductor_id', 'c.id')
      .select(['c.id', 'c.hostname', 'c.conductor_group', 'c.online', 'c.updated_at', 'i.hardware_type'])
      .distinct()
      .execute()
    const oldest = this.#now() - heartbeatTimeoutSeconds * 1000
    return [...Map.groupBy(rows, (row) => row.id).values()]
      .map((offers): Conductor => {
        const [row] = offers as [(typeof rows)[number]]
        const updatedAt = parseUtcTime(row.updated_at)
        const recent = updatedAt !== null && updatedAt.getTime() >= oldest
        return {
          id: row.id,
          hostname: row.hostname,
          conductorGroup: row.conductor_group.toLowerCase(),
          alive: Boolean(row.online) && (recent || !heartbeatsCount),
          online: Boolean(row.online),
          updatedAt,
          drivers: offers.flatMap(({ hardware_type: type }) => (type === null ? [] : [type])).sort(),
        }
      })
      .sort((a, b) => (a.hostname < b.hostname ? -1 : 1))
  }

  async #heartbeatsCount(heartbeatTimeoutSeconds: number): Promise<boolean> {
    if (!this.#onSqlite && heartbeatTimeoutSeconds > 0) return true
    return !mayDoWithoutHeartbeats(await schemaHead(this.#db))
  }
}
