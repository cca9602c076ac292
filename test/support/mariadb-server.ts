import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { type DatabaseServer, freePort, runAs, ServerProcess } from './database-server.ts'
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
  const port = await freePort()
  await runAs(user, installer, [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-log-file-size=8M',
  ])

  const administer = async (...statements: string[]) => {
    const connection = await createConnection({ socketPath: socket, user: 'root' })
    try {
      for (const sql of statements) await connection.query(sql)
    } finally {
      await connection.end()
    }
  }
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
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
