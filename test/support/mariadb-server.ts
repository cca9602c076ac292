import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { type DatabaseServer, runAs, ServerProcess, type UserRecord } from './database-server.ts'
import { freePort } from './free-ports.ts'
import { freshData } from './fresh-data.ts'
import { userId } from './user-id.ts'

const daemon = '/usr/sbin/mariadbd'
const installer = '/usr/bin/mariadb-install-db'

/** What is missing for `startMariadb`; undefined when nothing is. */
export function missingForMariadb(): string | undefined {
  return existsSync(daemon) && existsSync(installer) ? undefined : 'MariaDB (Debian package mariadb-server)'
}

/** Starts a private MariaDB on a free port of both loopback addresses. */
export async function startMariadb(): Promise<DatabaseServer> {
  const user = userId('mysql') === undefined ? 'nobody' : 'mysql'
  const folder = mkdtempSync(join(tmpdir(), 'bootring-mariadb-'))
  if (process.getuid?.() === 0) chownSync(folder, userId(user) ?? 0, 0)
  const data = join(folder, 'data')
  const socket = join(folder, 'mariadb.sock')
  // A server that starts removes what another one has in the same folder.
  const temporary = `--tmpdir=${folder}`
  const port = await freePort()
  await freshData('mariadb', data, (made) =>
    runAs(user, installer, [
      '--no-defaults',
      `--datadir=${made}`,
      temporary,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-log-file-size=8M',
    ]),
  )

  const withConnection = async <T>(database: string | undefined, work: (connection: Connection) => Promise<T>) => {
    const connection = await createConnection({ socketPath: socket, user: 'root', ...(database && { database }) })
    try {
      return await work(connection)
    } finally {
      await connection.end()
    }
  }
  const administerIn = (database: string | undefined, statements: string[]) =>
    withConnection(database, async (connection) => {
      for (const sql of statements) await connection.query(sql)
    })
  const administer = (...statements: string[]) => administerIn(undefined, statements)
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    temporary,
    `--socket=${socket}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1,::1',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-log-file-size=8M',
    '--innodb-buffer-pool-size=64M',
    '--skip-name-resolve',
    // A clock that is not UTC: whatever takes a naive time for local fails.
    '--default-time-zone=+05:45',
  ]
  let server: ServerProcess | undefined
  const start = async () => {
    server = new ServerProcess(daemon, args, { user, deathSignal: 'KILL' })
    await server.ready(() => administer('select 1'))
  }
  const pause = async () => {
    await server?.end('SIGTERM')
  }
  await start()
  await administer("create user 'tester'@'%' identified by 's@cret'", "grant all on *.* to 'tester'@'%'")
  return {
    url: (database, host = '127.0.0.1') =>
      `mysql+pymysql://tester:s%40cret@${host}:${port}/${database}?charset=utf8mb4`,
    createDatabase: (name) => administer(`create database ${name} character set utf8mb3`),
    administer: (database, ...statements) => administerIn(database, statements),
    async recordStatements() {
      await administer(
        "set global log_output = 'TABLE'",
        'set global general_log = off',
        'truncate mysql.general_log',
        'set global general_log = on',
      )
      return {
        of: (user) =>
          withConnection(undefined, async (connection) => {
            const [rows] = await connection.query<RowDataPacket[]>(
              'select command_type as command, convert(argument using utf8mb4) as text from mysql.general_log ' +
                'where user_host like ? order by event_time',
              [`%[${user}]%`],
            )
            return toRecord(rows as { command: string; text: string }[])
          }),
      }
    },
    start,
    pause,
    async restart() {
      await pause()
      await start()
    },
    async stop() {
      await pause()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The end of a session and of a prepared statement are no statements. */
function toRecord(rows: { command: string; text: string }[]): UserRecord {
  const record: UserRecord = { connections: 0, statements: [] }
  for (const { command, text } of rows) {
    if (command === 'Connect') record.connections += 1
    else if (['Query', 'Prepare', 'Execute'].includes(command)) record.statements.push(text)
    else if (!['Quit', 'Close stmt'].includes(command)) record.statements.push(`${command}: ${text}`)
  }
  return record
}
