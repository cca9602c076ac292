import { ironicColumns } from '../src/db/ironic/ironic-tables.ts'
import { startMariadb } from '../test/support/mariadb-server.ts'

/** Whose statements are told apart. */
export const databaseUsers = ['ironic', 'bootring'] as const
export type DatabaseUser = (typeof databaseUsers)[number]

/** A MariaDB that keeps statistics by user: Ironic, bootring, and the one who measures. */
export interface MeasuredDatabase {
  /** SQLAlchemy's URL of an empty database for a user who may do everything there. */
  readonly ironicUrl: string
  /** The same for one who may read what bootring needs, and nothing else. */
  readonly bootringUrl: string
  /** The same for one who may read the statistics. */
  readonly meterUrl: string
  /** When Ironic has made its tables. */
  grantBootring(): Promise<void>
  stop(): Promise<void>
}

export async function startMeasuredDatabase(): Promise<MeasuredDatabase> {
  const server = await startMariadb()
  await server.createDatabase('ironic')
  const urlOf = (user: string) =>
    server
      .url('ironic')
      .replace(/\/\/[^@]+@/, `//${user}:secret@`)
      .replace('utf8mb4', 'utf8')
  const create = (user: string) => `create user '${user}'@'%' identified by 'secret'`
  await server.administer(
    'ironic',
    'set global userstat = 1',
    ...['ironic', 'bootring', 'meter'].map(create),
    "grant all on ironic.* to 'ironic'@'%'",
    "grant process on *.* to 'meter'@'%'",
    "grant select on ironic.* to 'meter'@'%'",
  )
  return {
    ironicUrl: urlOf('ironic'),
    bootringUrl: urlOf('bootring'),
    meterUrl: urlOf('meter'),
    grantBootring: () =>
      server.administer(
        'ironic',
        ...Object.keys(ironicColumns).map((table) => `grant select on ironic.${table} to 'bootring'@'%'`),
      ),
    stop: () => server.stop(),
  }
}
