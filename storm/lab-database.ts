import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../test/lab/host.ts'
import type { LabProcess } from '../test/lab/lab-process.ts'
import { userId } from '../test/support/user-id.ts'

export const databaseNames = ['postgresql', 'mariadb'] as const
export type DatabaseName = (typeof databaseNames)[number]

/** A database server on a host of the laboratory. */
export interface LabDatabase {
  readonly name: DatabaseName
  /** e.g. `PostgreSQL 15.9`. */
  readonly version: string
  /** SQLAlchemy's URL. */
  readonly url: string
  start(): Promise<void>
  /** Ends it at once, as an operator's restart does: clients are cut off. */
  stop(): Promise<void>
}

export async function startLabDatabase(name: DatabaseName, host: Host): Promise<LabDatabase> {
  const database = await (name === 'postgresql' ? postgresql(host) : mariadb(host))
  await database.start()
  return database
}

/** Servers refuse to run as root. */
const as = (user: string, argv: string[]) => [
  ...['setpriv', '--reuid', user, '--regid', user, '--clear-groups', '--pdeathsig', 'KILL', '--'],
  ...argv,
]

function folderFor(host: Host, user: string): string {
  const folder = join(host.folder, `database-${host.name}`)
  mkdirSync(folder)
  chownSync(folder, userId(user) ?? 0, 0)
  return folder
}

async function postgresql(host: Host): Promise<LabDatabase> {
  const versions = '/usr/lib/postgresql'
  const newest = (existsSync(versions) ? readdirSync(versions) : []).sort((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) throw new Error('PostgreSQL is missing (Debian package postgresql)')
  const bin = (program: string) => join(versions, newest, 'bin', program)
  const folder = folderFor(host, 'postgres')
  const data = join(folder, 'data')
  await host.run(as('postgres', [bin('initdb'), '--no-sync', '-A', 'trust', '-U', 'storm', '-E', 'UTF8', '-D', data]))
  const network = 'host all all 10.77.0.0/24 trust'
  await host.run(['sh', '-ec', 'echo "$1" >>"$2/pg_hba.conf"', 'sh', network, data])
  const settings = {
    listen_addresses: host.ip,
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
    max_connections: '300',
  }
  const args = ['-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])]
  let server: LabProcess | undefined
  return {
    name: 'postgresql',
    version: `PostgreSQL ${newest}`,
    url: `postgresql+psycopg2://storm@${host.ip}:5432/postgres`,
    async start() {
      server = host.spawn(as('postgres', [bin('postgres'), ...args]))
      await server.untilOutput('database system is ready to accept connections', 60)
    },
    async stop() {
      // Fast shutdown: SIGTERM would wait for the clients.
      await server?.signal('SIGINT')
      await server?.exited
    },
  }
}

async function mariadb(host: Host): Promise<LabDatabase> {
  if (!existsSync('/usr/sbin/mariadbd')) throw new Error('MariaDB is missing (Debian package mariadb-server)')
  const folder = folderFor(host, 'mysql')
  const data = join(folder, 'data')
  const socket = join(folder, 'socket')
  const common = ['--no-defaults', `--datadir=${data}`]
  const installer = ['mariadb-install-db', '--auth-root-authentication-method=normal', '--skip-test-db']
  await host.run(as('mysql', [installer[0] as string, ...common, ...installer.slice(1)]))
  const args = [
    ...[`--socket=${socket}`, `--pid-file=${join(folder, 'pid')}`, `--bind-address=${host.ip}`, '--port=3306'],
    ...['--innodb-flush-log-at-trx-commit=0', '--skip-name-resolve', '--max-connections=300'],
  ]
  let server: LabProcess | undefined
  let created = false
  const create = [
    'create database storm character set utf8mb4;',
    "create user 'storm'@'%' identified by 'storm'; grant all on storm.* to 'storm'@'%'",
  ].join(' ')
  return {
    name: 'mariadb',
    version: (await host.run(['mariadbd', '--version'])).replace(/^.*Ver (\S+?)-MariaDB.*$/s, 'MariaDB $1'),
    url: `mysql+pymysql://storm:storm@${host.ip}:3306/storm?charset=utf8mb4`,
    async start() {
      server = host.spawn(as('mysql', ['/usr/sbin/mariadbd', ...common, ...args]))
      await server.untilOutput('ready for connections', 60)
      if (!created) await host.run(['mariadb', '--no-defaults', `--socket=${socket}`, '-u', 'root', '-e', create])
      created = true
    },
    async stop() {
      await server?.stop(30)
    },
  }
}
