import type { Kysely, Transaction } from 'kysely'
import type { Conductor, HardwareInterface } from '../../model/conductor.ts'
import type { ConductorStore } from '../../model/stores.ts'
import type { Engine } from '../engines/engine.ts'
import type { Tables } from '../tables.ts'
import { inTransaction } from '../transaction.ts'
import { DuplicateKey } from '../translate.ts'
import { parseUtcTime } from '../utc-time.ts'

/** Membership, as Ironic keeps it. All times are those of the database's clock. */
export class SqlConductorStore implements ConductorStore {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async conductors(heartbeatTimeoutSeconds: number): Promise<Conductor[]> {
    const { prompt, dialect } = this.#engine
    const rows = await prompt
      .selectFrom('conductors')
      .select(['id', 'hostname', 'conductor_group', 'online', 'updated_at'])
      .select((eb) => eb('updated_at', '>=', dialect.secondsAgo(heartbeatTimeoutSeconds)).as('recent'))
      .execute()
    const offers = await prompt
      .selectFrom('conductor_hardware_interfaces')
      .select(['conductor_id', 'hardware_type'])
      .distinct()
      .execute()
    const byConductor = Map.groupBy(offers, (offer) => offer.conductor_id)
    return rows
      .map((row) => ({
        id: row.id,
        hostname: row.hostname,
        conductorGroup: row.conductor_group.toLowerCase(),
        alive: Boolean(row.online) && Boolean(row.recent),
        online: Boolean(row.online),
        updatedAt: parseUtcTime(row.updated_at),
        drivers: (byConductor.get(row.id) ?? []).map((offer) => offer.hardware_type).sort(),
      }))
      .sort((a, b) => (a.hostname < b.hostname ? -1 : 1))
  }

  async register(hostname: string, conductorGroup: string, interfaces: HardwareInterface[]): Promise<void> {
    const once = () =>
      inTransaction(this.#engine, async (trx) => {
        const id = await this.#upsert(trx, hostname, conductorGroup.toLowerCase())
        await this.#replaceInterfaces(trx, id, interfaces)
      })
    try {
      await once()
    } catch (error) {
      // Registered twice at the same moment: now the row is there.
      if (!(error instanceof DuplicateKey)) throw error
      await once()
    }
  }

  async heartbeat(hostname: string): Promise<boolean> {
    const { write, dialect } = this.#engine
    const { numUpdatedRows } = await write
      .updateTable('conductors')
      .set({ updated_at: dialect.now() })
      .where('hostname', '=', hostname)
      // Taken offline by someone else, it has lost what it offers, and would be alive on no ring.
      .where('online', '=', dialect.boolean(true))
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async unregister(hostname: string): Promise<void> {
    const { dialect } = this.#engine
    await inTransaction(this.#engine, async (trx) => {
      await trx
        .updateTable('conductors')
        .set({ online: dialect.boolean(false) })
        .where('hostname', '=', hostname)
        .execute()
      const id = await idOf(trx, hostname)
      if (id !== undefined) await removeInterfaces(trx, id)
    })
  }

  async #upsert(trx: Transaction<Tables>, hostname: string, conductorGroup: string): Promise<number> {
    const { dialect } = this.#engine
    const values = {
      conductor_group: conductorGroup,
      online: dialect.boolean(true),
      updated_at: dialect.now(),
    }
    const { numUpdatedRows } = await trx
      .updateTable('conductors')
      .set(values)
      .where('hostname', '=', hostname)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) {
      await trx
        .insertInto('conductors')
        .values({ ...values, hostname, created_at: dialect.now() })
        .execute()
    }
    const id = await idOf(trx, hostname)
    if (id === undefined) throw new Error(`conductor ${hostname} vanished within its own transaction`)
    return id
  }

  async #replaceInterfaces(trx: Transaction<Tables>, id: number, interfaces: HardwareInterface[]): Promise<void> {
    const { dialect } = this.#engine
    await removeInterfaces(trx, id)
    if (interfaces.length === 0) return
    await trx
      .insertInto('conductor_hardware_interfaces')
      .values(
        interfaces.map((one) => ({
          conductor_id: id,
          hardware_type: one.hardwareType,
          interface_type: one.interfaceType,
          interface_name: one.interfaceName,
          default: dialect.boolean(one.isDefault),
          created_at: dialect.now(),
        })),
      )
      .execute()
  }
}

async function idOf(db: Kysely<Tables>, hostname: string): Promise<number | undefined> {
  const row = await db.selectFrom('conductors').select('id').where('hostname', '=', hostname).executeTakeFirst()
  return row?.id
}

async function removeInterfaces(db: Kysely<Tables>, conductorId: number): Promise<void> {
  await db.deleteFrom('conductor_hardware_interfaces').where('conductor_id', '=', conductorId).execute()
}
