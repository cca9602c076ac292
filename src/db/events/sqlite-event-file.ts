import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { BootEvent, BootEventFilter, BootMinute } from '../../model/boot-events.ts'
import { type BootEventRow, eventColumns, rowOf } from './boot-event-row.ts'
import { countsOf, minuteOf, minutesOf, type RefusedMinute, refusedMinutes, servedMinutesOf } from './boot-minutes.ts'
import { blockBits, sqliteEventSchema } from './sqlite-event-schema.ts'

const prunedAtOnce = 2000
/** A writer elsewhere; the batch is tried again later. */
const busyMilliseconds = 2000
const cacheKibibytes = 16_384

/** The file with boot events: everything here blocks, and is for a thread of its own. Throws SQLite's errors. */
export class SqliteEventFile {
  readonly #path: string
  readonly #creates: boolean
  readonly #statements = new Map<string, StatementSync>()
  #database: DatabaseSync | undefined

  constructor(path: string, creates: boolean) {
    this.#path = path
    this.#creates = creates
  }

  append(events: readonly BootEvent[]): void {
    const database = this.#open()
    if (database === undefined) return
    const insert = this.#prepare(insertText)
    const count = this.#prepare(countText)
    database.exec('begin immediate')
    try {
      for (const event of events) insert.run(...rowOf(event))
      for (const { code, duration_class, minute, outcome, scripts } of countsOf(events))
        count.run(minute, outcome, code, duration_class, scripts)
      database.exec('commit')
    } catch (error) {
      // A full disk has SQLite roll back by itself.
      if (database.isTransaction) database.exec('rollback')
      throw error
    }
  }

  events({ after, before, kinds, since, until, ...keys }: BootEventFilter, limit: number): BootEventRow[] {
    if (this.#open() === undefined) return []
    const conditions: string[] = []
    const values: SQLInputValue[] = []
    const add = (condition: string, ...parameters: SQLInputValue[]) => {
      conditions.push(condition)
      values.push(...parameters)
    }
    const wanted = Object.entries(keys).filter(([, value]) => value !== undefined)
    for (const [column, value] of wanted) add(`${column} = ?`, value)
    if (kinds !== undefined) add(`kind in (${kinds.map(() => '?').join()})`, ...kinds)
    if (since !== undefined) add('at >= ?', since)
    if (until !== undefined) add('at < ?', until)
    if (before !== undefined) add('id < ?', before)
    if (after !== undefined) add('id > ?', after)
    const isForward = after !== undefined
    const order = `order by id ${isForward ? 'asc' : 'desc'} limit ?`
    const select = (more: string[]) => {
      const all = [...more, ...conditions]
      return this.#prepare(
        `select * from bootring_boot_event ${all.length > 0 ? `where ${all.join(' and ')}` : ''} ${order}`,
      )
    }
    if (wanted.length === 0) return rowsOf(select([]).all(...values, limit))
    return this.#throughBlocks(select([`id >> ${blockBits} = ?`]), values, { after, before, limit })
  }

  minutes(since: number): BootMinute[] {
    if (this.#open() === undefined) return []
    const minute = minuteOf(since)
    const select = this.#prepare(servedText)
    // There are many, and objects take three times as long.
    select.setReturnArrays(true)
    const served = select.all(minute) as unknown as [number, number, number][]
    const refused = this.#prepare(refusedMinutes('?')).all(minute)
    return minutesOf(servedMinutesOf(served), refused as unknown as RefusedMinute[])
  }

  servedNodes(since: number): string[] {
    if (this.#open() === undefined) return []
    const rows = this.#prepare(servedNodesText).all(since) as unknown as { node_uuid: string }[]
    return rows.map(({ node_uuid }) => node_uuid)
  }

  prune(before: number): number {
    if (this.#open() === undefined) return 0
    this.#prepare('delete from bootring_boot_minute where minute < ?').run(minuteOf(before))
    const last = this.#prepare('select at from bootring_boot_event where at < ? order by at limit 1 offset ?')
    const found = last.get(before, prunedAtOnce - 1) as { at: number } | undefined
    const { changes } = this.#prepare('delete from bootring_boot_event where at <= ?').run(found?.at ?? before - 1)
    return Number(changes)
  }

  trim(limit: number): number {
    if (this.#open() === undefined) return 0
    const { first, last } = this.#ends()
    if (first === null || last === null || last - first < limit) return 0
    const until = Math.min(last - limit, first + prunedAtOnce - 1)
    return Number(this.#prepare('delete from bootring_boot_event where id <= ?').run(until).changes)
  }

  close(): void {
    this.#statements.clear()
    this.#database?.close()
    this.#database = undefined
  }

  #throughBlocks(
    select: StatementSync,
    values: readonly SQLInputValue[],
    { after, before, limit }: { after: number | undefined; before: number | undefined; limit: number },
  ): BootEventRow[] {
    const ends = this.#ends()
    if (ends.first === null || ends.last === null) return []
    const lowest = blockOf(Math.max(ends.first, (after ?? 0) + 1))
    const highest = blockOf(Math.min(ends.last, (before ?? Number.POSITIVE_INFINITY) - 1))
    const rows: BootEventRow[] = []
    for (let step = 0; step <= highest - lowest && rows.length < limit; step += 1) {
      const block = after === undefined ? highest - step : lowest + step
      rows.push(...rowsOf(select.all(block, ...values, limit - rows.length)))
    }
    return rows
  }

  #ends(): { first: number | null; last: number | null } {
    return this.#prepare(endsText).get() as { first: number | null; last: number | null }
  }

  /** undefined: it is not there, and is not to be made. Tried again with the next call where it fails. */
  #open(): DatabaseSync | undefined {
    if (this.#database !== undefined) return this.#database
    if (this.#creates) {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      closeSync(openSync(this.#path, 'a', 0o600))
    } else if (!existsSync(this.#path)) return undefined
    const database = new DatabaseSync(this.#path, { timeout: busyMilliseconds })
    try {
      if (this.#creates) {
        database.exec('pragma journal_mode = wal')
        database.exec('pragma synchronous = normal')
        database.exec(sqliteEventSchema)
      } else database.exec('pragma query_only = on')
      database.exec(`pragma cache_size = -${cacheKibibytes}`)
    } catch (error) {
      database.close()
      throw error
    }
    this.#database = database
    return database
  }

  #prepare(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      statement = (this.#open() as DatabaseSync).prepare(text)
      // Readers' questions have some hundred forms at most.
      this.#statements.set(text, statement)
    }
    return statement
  }
}

/** Asked for both in one, SQLite walks through all events. */
export const endsText = `select (select min(id) from bootring_boot_event) as first, (select max(id) from bootring_boot_event) as last`

const insertText = `insert into bootring_boot_event (${eventColumns.join()}) values (${eventColumns.map(() => '?').join()})`

const servedText = `select minute, duration_class, scripts from bootring_boot_minute
  where minute >= ? and outcome = 'served' order by minute, duration_class`

const servedNodesText = `select distinct node_uuid from bootring_boot_event
  where at >= ? and kind = 'script' and outcome = 'served' and node_uuid is not null`

const countText = `insert into bootring_boot_minute (minute, outcome, code, duration_class, scripts) values (?, ?, ?, ?, ?)
  on conflict (minute, outcome, code, duration_class) do update set scripts = scripts + excluded.scripts`

/** Ids have more than 32 bits, which `>>` has not. */
function blockOf(id: number): number {
  return Math.floor(id / 2 ** blockBits)
}

function rowsOf(rows: unknown[]): BootEventRow[] {
  return rows as BootEventRow[]
}
