import { CompiledQuery, sql } from 'kysely'
import type {
  BootEvent,
  BootEventFilter,
  BootEventStore,
  BootMinute,
  StoredBootEvent,
} from '../../model/boot-events.ts'
import { BootringError } from '../../model/errors.ts'
import type { Engine } from '../engines/engine.ts'
import { createBootEvents } from '../migrations/0007-boot-events.ts'
import { oneOf } from '../records/one-of.ts'
import { inTransaction } from '../transaction.ts'
import { eventColumns, eventOf, rowOf } from './boot-event-row.ts'
import { type MinuteCount, minutesOf } from './boot-minutes.ts'

/** Rows of one statement: few different ones, so that each is made once. */
const chunkSizes = [256, 32, 4, 1]
const prunedAtOnce = 2000

export interface SqlBootEventStoreOptions {
  /** The database has nothing else of bootring's, and nobody else makes the table. */
  makesTable: boolean
}

/** Boot events on a database server. */
export class SqlBootEventStore implements BootEventStore {
  readonly #engine: Engine
  readonly #makesTable: boolean
  readonly #texts = new Map<number, string>()
  #table: Promise<void> | undefined

  /** The engine goes with the store. */
  constructor(engine: Engine, { makesTable }: SqlBootEventStoreOptions) {
    this.#engine = engine
    this.#makesTable = makesTable
  }

  async append(events: readonly BootEvent[]): Promise<void> {
    await this.#ready()
    await inTransaction(this.#engine, async (trx) => {
      for (let start = 0; start < events.length; ) {
        const size = chunkSizes.find((one) => one <= events.length - start) ?? 1
        const values = events.slice(start, start + size).flatMap(rowOf)
        await trx.executeQuery(CompiledQuery.raw(this.#insertText(size), values))
        start += size
      }
    })
  }

  async events(filter: BootEventFilter, limit: number): Promise<StoredBootEvent[]> {
    await this.#ready()
    const { after, before, client, kinds, mac, node_uuid, since, until } = filter
    let query = this.#engine.read.selectFrom('bootring_boot_event').selectAll().limit(limit)
    if (node_uuid !== undefined) query = query.where('node_uuid', '=', node_uuid)
    if (mac !== undefined) query = query.where('mac', '=', mac)
    if (client !== undefined) query = query.where('client', '=', client)
    if (kinds !== undefined) query = query.where(oneOf('kind', kinds))
    if (since !== undefined) query = query.where('at', '>=', since)
    if (until !== undefined) query = query.where('at', '<', until)
    if (before !== undefined) query = query.where('id', '<', before)
    if (after !== undefined) query = query.where('id', '>', after)
    const rows = await query.orderBy('id', after === undefined ? 'desc' : 'asc').execute()
    return rows.map(eventOf)
  }

  async minutes(since: number): Promise<BootMinute[]> {
    await this.#ready()
    const counts = await this.#engine.read
      .selectFrom('bootring_boot_event')
      .select(['minute', 'outcome', 'code', 'duration_class'])
      .select((eb) => eb.fn.countAll<number | string>().as('events'))
      .where('kind', '=', 'script')
      .where('minute', '>=', Math.floor(since / 60_000))
      .groupBy(['minute', 'outcome', 'code', 'duration_class'])
      .execute()
    return minutesOf(counts satisfies MinuteCount[])
  }

  async prune(before: number): Promise<number> {
    await this.#ready()
    const old = this.#engine.read.selectFrom('bootring_boot_event').select('at').where('at', '<', before)
    const last = await old
      .orderBy('at')
      .limit(1)
      .offset(prunedAtOnce - 1)
      .executeTakeFirst()
    const until = last === undefined ? before - 1 : Number(last.at)
    const { numDeletedRows } = await inTransaction(this.#engine, (trx) =>
      trx.deleteFrom('bootring_boot_event').where('at', '<=', until).executeTakeFirst(),
    )
    return Number(numDeletedRows)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  /** Again with the next call where it has failed. */
  #ready(): Promise<void> {
    if (!this.#makesTable) return Promise.resolve()
    this.#table ??= this.#make().catch((error: unknown) => {
      this.#table = undefined
      throw error
    })
    return this.#table
  }

  /** Processes that begin at the same moment get into each other's way, each engine with errors of its own. */
  async #make(attempts = 3): Promise<void> {
    const { dialect, migrate } = this.#engine
    // One database goes by many URLs. Beside an Ironic, nothing of its own is ever written to.
    if ((await migrate.introspection.getTables()).some(({ name }) => name === 'alembic_version'))
      throw new BootringError(
        'ConfigInvalid',
        '[bootring]boot_event_connection: is a database of OpenStack (it has the table alembic_version): name one of its own',
      )
    try {
      await createBootEvents(migrate, dialect)
    } catch (error) {
      if (attempts === 1) throw error
      await this.#make(attempts - 1)
    }
  }

  /** Made once: putting a statement together takes longer than running it. */
  #insertText(rows: number): string {
    let text = this.#texts.get(rows)
    if (text === undefined) {
      const values = sql.join(Array.from({ length: rows }, () => sql`(${sql.join(eventColumns.map(() => null))})`))
      const columns = sql.join(eventColumns.map((name) => sql.ref(name)))
      text = sql`insert into ${sql.table('bootring_boot_event')} (${columns}) values ${values}`.compile(
        this.#engine.write,
      ).sql
      this.#texts.set(rows, text)
    }
    return text
  }
}
