import { sql } from 'kysely'
import type { ManagementReader, ManagementWriter } from '../model/management-stores.ts'
import type { NodeFinder } from '../model/node-finder.ts'
import type {
  ConductorStore,
  Database,
  DatabaseFigures,
  FleetStore,
  NodeStore,
  ReservationStore,
} from '../model/stores.ts'
import type { Logger } from '../observe/logger.ts'
import { databaseTime } from './database-time.ts'
import type { Engine } from './engines/engine.ts'
import { checkSchema, upgradeSchema } from './schema.ts'
import { SqlConductorStore } from './stores/sql-conductor-store.ts'
import { SqlFleetStore } from './stores/sql-fleet-store.ts'
import { SqlManagementStore } from './stores/sql-management-store.ts'
import { SqlNodeFinder } from './stores/sql-node-finder.ts'
import { SqlNodeStore } from './stores/sql-node-store.ts'
import { SqlReservationStore } from './stores/sql-reservation-store.ts'

/** The stores of one open database. */
export class SqlDatabase implements Database {
  readonly nodes: NodeStore
  readonly conductors: ConductorStore
  readonly reservations: ReservationStore
  readonly fleet: FleetStore
  readonly finder: NodeFinder
  readonly management: ManagementReader & ManagementWriter
  readonly #engine: Engine
  readonly #heartbeats: Engine
  readonly #logger: Logger | undefined

  constructor(engine: Engine, logger: Logger | undefined, heartbeats: Engine = engine) {
    this.#engine = engine
    this.#heartbeats = heartbeats
    this.#logger = logger
    this.nodes = new SqlNodeStore(engine)
    this.conductors = new SqlConductorStore(engine, heartbeats)
    this.reservations = new SqlReservationStore(engine)
    this.finder = new SqlNodeFinder(engine)
    this.fleet = new SqlFleetStore(engine)
    this.management = new SqlManagementStore(engine)
  }

  upgrade(onMigration?: (name: string) => void): Promise<string[]> {
    return upgradeSchema(this.#engine, onMigration)
  }

  checkSchema(): Promise<void> {
    return checkSchema(this.#engine, this.#logger)
  }

  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#engine.prompt)
  }

  time(): Promise<Date> {
    return databaseTime(this.#engine)
  }

  figures(): DatabaseFigures | undefined {
    return this.#engine.figures?.()
  }

  async close(): Promise<void> {
    await Promise.all([this.#engine.close(), ...(this.#heartbeats === this.#engine ? [] : [this.#heartbeats.close()])])
  }
}
