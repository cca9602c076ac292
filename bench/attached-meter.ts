import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { type CpuSeconds, cpuGroups, cpuSecondsByGroup } from './attached-cpu.ts'
import { type DatabaseUser, databaseUsers } from './attached-database.ts'

/** Counters of the whole server, as SHOW GLOBAL STATUS names them. */
export const serverCounters = [
  'Questions',
  'Com_select',
  'Com_insert',
  'Com_update',
  'Com_delete',
  'Com_replace',
  'Com_commit',
  'Com_rollback',
  'Com_stmt_prepare',
  'Rows_read',
  'Bytes_sent',
  'Connections',
] as const
export type ServerCounter = (typeof serverCounters)[number]

/** What one user of the database had the server do, from information_schema.USER_STATISTICS. */
export interface UserCounters {
  selects: number
  /** INSERT, UPDATE, DELETE and the like. */
  writes: number
  /** BEGIN, COMMIT, SET and all else. */
  others: number
  rowsRead: number
  rowsSent: number
  bytesSent: number
  /** Of the server, for this user's statements. */
  cpuSeconds: number
  /** From the beginning of each statement to its end, by the clock. */
  busySeconds: number
  /** Sessions begun. */
  connections: number
}

/** What has been counted since the server's start; CPU since each process's. */
export interface Snapshot {
  atMilliseconds: number
  server: Record<ServerCounter, number>
  users: Record<DatabaseUser, UserCounters>
  /** Sessions open now. */
  sessions: Record<DatabaseUser, number>
  cpuSeconds: CpuSeconds
}

/** What happened between two snapshots. `sessions` is as at the end. */
export interface Difference extends Omit<Snapshot, 'atMilliseconds'> {
  seconds: number
}

/** Reads the counters of a server that nobody else uses yet. What reading them adds is found out first and left out. */
export class Meter {
  readonly #connection: Connection
  #own: Record<ServerCounter, number> | undefined

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  static async open(sqlalchemyUrl: string): Promise<Meter> {
    const { hostname, password, port, username } = new URL(sqlalchemyUrl)
    const meter = new Meter(await createConnection({ host: hostname, port: Number(port), user: username, password }))
    await meter.snapshot()
    const [first, second] = [await meter.snapshot(), await meter.snapshot()]
    meter.#own = subtract(second.server, first.server)
    return meter
  }

  /** Three statements, always the same ones. */
  async snapshot(): Promise<Snapshot> {
    const atMilliseconds = performance.now()
    const names = serverCounters.map((name) => `'${name}'`).join()
    const status = await this.#rows(`show global status where variable_name in (${names})`)
    const statistics = await this.#rows('select * from information_schema.user_statistics')
    const sessions = await this.#rows('select user, count(*) as n from information_schema.processlist group by user')
    const cpuSeconds = cpuSecondsByGroup()
    return {
      atMilliseconds,
      server: parseServerCounters(status as { Variable_name: string; Value: string }[]),
      users: byUser((user) => parseUserCounters(statistics.find((row) => row.USER === user))),
      sessions: byUser((user) => Number(sessions.find((row) => row.user === user)?.n ?? 0)),
      cpuSeconds,
    }
  }

  /** What happened while `work` ran. */
  async during<T>(work: () => Promise<T>): Promise<{ difference: Difference; result: T }> {
    const before = await this.snapshot()
    const result = await work()
    return { difference: differenceOf(before, await this.snapshot(), this.#own), result }
  }

  /** The server's release, e.g. `10.11.6`. */
  async version(): Promise<string> {
    const [row] = await this.#rows('select version() as version')
    return /^[\d.]+/.exec(String(row?.version))?.[0] ?? 'unknown'
  }

  async close(): Promise<void> {
    await this.#connection.end()
  }

  async #rows(sql: string): Promise<RowDataPacket[]> {
    const [rows] = await this.#connection.query<RowDataPacket[]>(sql)
    return rows
  }
}

/** `own`: what the measuring itself adds to the server's counters. */
export function differenceOf(before: Snapshot, after: Snapshot, own?: Record<ServerCounter, number>): Difference {
  const server = subtract(after.server, before.server)
  return {
    seconds: (after.atMilliseconds - before.atMilliseconds) / 1000,
    server: own === undefined ? server : subtract(server, own),
    users: byUser((user) => subtract(after.users[user], before.users[user])),
    sessions: after.sessions,
    cpuSeconds: subtract(after.cpuSeconds, before.cpuSeconds),
  }
}

export function parseServerCounters(rows: readonly { Variable_name: string; Value: string }[]) {
  const values = new Map(rows.map((row) => [row.Variable_name, Number(row.Value)]))
  return Object.fromEntries(
    serverCounters.map((name) => {
      const value = values.get(name)
      if (value === undefined || !Number.isFinite(value)) throw new Error(`the server does not count ${name}`)
      return [name, value]
    }),
  ) as Record<ServerCounter, number>
}

/** One row of USER_STATISTICS; a user who has done nothing yet has none. */
export function parseUserCounters(row: Record<string, unknown> | undefined): UserCounters {
  const figure = (column: string) => {
    const value = row === undefined ? 0 : Number(row[column])
    if (!Number.isFinite(value)) throw new Error(`USER_STATISTICS has no column ${column}`)
    return value
  }
  return {
    selects: figure('SELECT_COMMANDS'),
    writes: figure('UPDATE_COMMANDS'),
    others: figure('OTHER_COMMANDS'),
    rowsRead: figure('ROWS_READ'),
    rowsSent: figure('ROWS_SENT'),
    bytesSent: figure('BYTES_SENT'),
    cpuSeconds: figure('CPU_TIME'),
    busySeconds: figure('BUSY_TIME'),
    connections: figure('TOTAL_CONNECTIONS'),
  }
}

export const statementsOf = ({ others, selects, writes }: UserCounters) => selects + writes + others

/** CPU seconds of all processes of the machine. */
export const allCpuSeconds = (cpu: CpuSeconds) => cpuGroups.reduce((sum, group) => sum + cpu[group], 0)

const byUser = <T>(of: (user: DatabaseUser) => T) =>
  Object.fromEntries(databaseUsers.map((user) => [user, of(user)])) as Record<DatabaseUser, T>

function subtract<T extends { [K in keyof T]: number }>(a: T, b: T): T {
  return Object.fromEntries(
    Object.entries(a as Record<string, number>).map(([key, value]) => [
      key,
      value - ((b as Record<string, number>)[key] ?? 0),
    ]),
  ) as T
}
