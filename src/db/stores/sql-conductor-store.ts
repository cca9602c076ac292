import { randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Conductor, ConductorSession, HardwareInterface } from '../../model/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { ConductorStore, HeartbeatResult, RegisterOptions } from '../../model/stores.ts'
import type { Engine } from '../engines/engine.ts'
import type { Tables } from '../tables.ts'
import { againWhileLost, inTransaction } from '../transaction.ts'
import { DuplicateKey } from '../translate.ts'
import { parseUtcTime } from '../utc-time.ts'
import { currentToken, sessionLives } from './live-session.ts'

/** Membership, as Ironic keeps it. All times are those of the database's clock. */
export class SqlConductorStore implements ConductorStore {
  readonly #engine: Engine
  readonly #heartbeats: Engine

  /** `heartbeats`: what heartbeats go over, where nothing else keeps them waiting. */
  constructor(engine: Engine, heartbeats: Engine = engine) {
    this.#engine = engine
    this.#heartbeats = heartbeats
  }

  async conductors(heartbeatTimeoutSeconds: number): Promise<Conductor[]> {
    const { prompt, dialect } = this.#engine
    const rows = await prompt
      .selectFrom('conductors')
      .leftJoin('bootring_conductor_session as session', 'session.hostname', 'conductors.hostname')
      .select(['conductors.id', 'conductors.hostname', 'conductor_group', 'online'])
      .select(['conductors.created_at', 'conductors.updated_at', 'session.draining'])
      .select((eb) => eb('conductors.updated_at', '>=', dialect.secondsAgo(heartbeatTimeoutSeconds)).as('recent'))
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
        draining: Boolean(row.draining),
        createdAt: parseUtcTime(row.created_at),
        updatedAt: parseUtcTime(row.updated_at),
        drivers: (byConductor.get(row.id) ?? []).map((offer) => offer.hardware_type).sort(),
      }))
      .sort((a, b) => (a.hostname < b.hostname ? -1 : 1))
  }

  async register(
    hostname: string,
    conductorGroup: string,
    interfaces: HardwareInterface[],
    { renewed, token = randomUUID() }: RegisterOptions = {},
  ): Promise<ConductorSession> {
    const once = () =>
      inTransaction(this.#engine, async (trx) => {
        // First of all, as in every transaction here: whoever writes under the old session is done, or changes nothing.
        await this.#beginSession(trx, hostname, token, renewed)
        const conductorId = await this.#upsert(trx, hostname, conductorGroup.toLowerCase())
        await this.#replaceInterfaces(trx, conductorId, interfaces)
        await freeNodes(trx, hostname)
        return { conductorId, hostname, token }
      })
    try {
      return await once()
    } catch (error) {
      // Registered twice at the same moment: now the row is there.
      if (!(error instanceof DuplicateKey)) throw error
      return await once()
    }
  }

  async heartbeat(session: ConductorSession): Promise<HeartbeatResult> {
    const { write, dialect } = this.#heartbeats
    const { numUpdatedRows } = await againWhileLost(() =>
      write
        .updateTable('conductors')
        .set({ updated_at: dialect.now() })
        .where('hostname', '=', session.hostname)
        // Taken offline by someone else, it has lost what it offers, and would be alive on no ring.
        .where('online', '=', dialect.boolean(true))
        .where(sessionLives(dialect, session))
        .executeTakeFirst(),
    )
    if (numUpdatedRows > 0n) return 'alive'
    const token = await currentToken(write, session.hostname)
    return token === undefined || token === session.token ? 'gone' : 'replaced'
  }

  async unregister({ hostname, token }: ConductorSession): Promise<void> {
    await inTransaction(this.#engine, async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('bootring_conductor_session')
        .where('hostname', '=', hostname)
        .where('session', '=', token)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return
      const { dialect } = this.#engine
      await trx
        .updateTable('conductors')
        .set({ online: dialect.boolean(false) })
        .where('hostname', '=', hostname)
        .execute()
      await this.#leave(trx, hostname)
    })
  }

  async retire(hostname: string, heartbeatTimeoutSeconds: number): Promise<boolean> {
    const { dialect } = this.#engine
    return await inTransaction(this.#engine, async (trx) => {
      if (dialect.supportsRowLocks) {
        await trx
          .selectFrom('bootring_conductor_session')
          .select('id')
          .where('hostname', '=', hostname)
          .forUpdate()
          .execute()
      }
      const { numUpdatedRows } = await trx
        .updateTable('conductors')
        .set({ online: dialect.boolean(false) })
        .where('hostname', '=', hostname)
        .where('online', '=', dialect.boolean(true))
        .where('updated_at', '<', dialect.secondsAgo(heartbeatTimeoutSeconds))
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      await trx.deleteFrom('bootring_conductor_session').where('hostname', '=', hostname).execute()
      await this.#leave(trx, hostname)
      return true
    })
  }

  async setDraining(hostname: string, draining: boolean): Promise<boolean> {
    const { write, dialect } = this.#engine
    const { numUpdatedRows } = await againWhileLost(() =>
      write
        .updateTable('bootring_conductor_session')
        .set({ draining: dialect.boolean(draining), updated_at: dialect.now() })
        .where('hostname', '=', hostname)
        .executeTakeFirst(),
    )
    return numUpdatedRows > 0n
  }

  async #beginSession(
    trx: Transaction<Tables>,
    hostname: string,
    token: string,
    renewed: ConductorSession | undefined,
  ): Promise<void> {
    const { dialect } = this.#engine
    const { numUpdatedRows } = await trx
      .updateTable('bootring_conductor_session')
      .set({ session: token, updated_at: dialect.now(), ...(renewed ? {} : { draining: dialect.boolean(false) }) })
      .where('hostname', '=', hostname)
      .$if(renewed !== undefined, (row) => row.where('session', 'in', [token, renewed?.token ?? token]))
      .executeTakeFirst()
    if (numUpdatedRows > 0n) return
    if (renewed && (await currentToken(trx, hostname)) !== undefined) {
      throw new BootringError('ConductorReplaced', `another process has registered as conductor ${hostname}`)
    }
    await trx
      .insertInto('bootring_conductor_session')
      .values({ hostname, session: token, draining: dialect.boolean(false), created_at: dialect.now() })
      .execute()
  }

  /** What one that is offline leaves behind goes. */
  async #leave(trx: Transaction<Tables>, hostname: string): Promise<void> {
    const id = await idOf(trx, hostname)
    if (id !== undefined) await removeInterfaces(trx, id)
    await freeNodes(trx, hostname)
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

/** Ends the exclusive tasks of whoever had this name. */
async function freeNodes(db: Kysely<Tables>, hostname: string): Promise<void> {
  await db.updateTable('nodes').set({ reservation: null }).where('reservation', '=', hostname).execute()
}
