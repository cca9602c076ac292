import { CompiledQuery, sql } from 'kysely'
import type {
  BootEventFilter,
  BootEventStore,
  BootMinute,
  EventBatch,
  StoredBootEvent,
} from '../../model/boot-events.ts'
import { BootringError } from '../../model/errors.ts'
import { unpackEvents } from '../../model/packed-events.ts'
import type { Engine } from '../engines/engine.ts'
import { createBootEvents } from '../migrations/0007-boot-events.ts'
import { oneOf } from '../records/one-of.ts'
import { inTransaction } from '../transaction.ts'
import { eventColumns, eventOf, rowOf } from './boot-event-row.ts'
import {
  countsOf,
  minuteOf,
  minutesOf,
  type RefusedMinute,
  refusedMinutes,
  type ServedMinute,
  servedMinutes,
} from './boot-minutes.ts'

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

  async append({ bytes }: EventBatch): Promise<void> {
    await this.#ready()
    const events = unpackEvents(bytes)
    const counts = countsOf(events)
    await inTransaction(this.#engine, async (trx) => {
      for (let start = 0; start < events.length; ) {
        const size = chunkSizes.find((one) => one <= events.length - start) ?? 1
        const values = events.slice(start, start + size).flatMap(rowOf)
        await trx.executeQuery(CompiledQuery.raw(this.#insertText(size), values))
        start += size
      }
      // Last: others wait for these rows until the transaction has ended.
      if (counts.length > 0) {
        const key = ['minute', 'outcome', 'code', 'duration_class']
        const adding = this.#engine.dialect.addingTo('bootring_boot_minute', key, 'scripts')
        await trx.insertInto('bootring_boot_minute').values(counts).modifyEnd(adding).execute()
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
    const minute = minuteOf(since)
    const { read } = this.#engine
    const [served, refused] = await Promise.all([
      sql<ServedMinute>`${sql.raw(servedMinutes(minute))}`.execute(read),
      sql<RefusedMinute>`${sql.raw(refusedMinutes(minute))}`.execute(read),
    ])
    return minutesOf(served.rows, refused.rows)
  }

  async servedNodes(since: number): Promise<string[]> {
    await this.#ready()
    const rows = await this.#engine.read
      .selectFrom('bootring_boot_event')
      .select('node_uuid')
      .distinct()
      .where('at', '>=', since)
      .where('kind', '=', 'script')
      .where('outcome', '=', 'served')
      .execute()
    return rows.flatMap(({ node_uuid }) => node_uuid ?? [])
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
    const { numDeletedRows } = await inTransaction(this.#engine, async (trx) => {
      await trx.deleteFrom('bootring_boot_minute').where('minute', '<', minuteOf(before)).execute()
      return await trx.deleteFrom('bootring_boot_event').where('at', '<=', until).executeTakeFirstOrThrow()
    })
    return Number(numDeletedRows)
  }

  async trim(limit: number): Promise<number> {
    await this.#ready()
    const ends = await this.#engine.read
      .selectFrom('bootring_boot_event')
      .select((eb) => [eb.fn.min('id').as('first'), eb.fn.max('id').as('last')])
      .executeTakeFirstOrThrow()
    const [first, last] = [Number(ends.first), Number(ends.last)]
    if (last - first < limit) return 0
    const until = Math.min(last - limit, first + prunedAtOnce - 1)
    const { numDeletedRows } = await inTransaction(this.#engine, (trx) =>
      trx.deleteFrom('bootring_boot_event').where('id', '<=', until).executeTakeFirstOrThrow(),
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
