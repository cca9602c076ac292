import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type DatabaseServer, runAs, ServerProcess, type UserRecord } from './database-server.ts'
import { freePort } from './free-ports.ts'
import { freshData } from './fresh-data.ts'
import { userId } from './user-id.ts'

const versions = '/usr/lib/postgresql'

function binaries(): string | undefined {
  if (!existsSync(versions)) return undefined
  const newest = readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, 'bin'))
  return newest.find((folder) => existsSync(join(folder, 'postgres')))
}

/** What is missing for `startPostgresql`; undefined when nothing is. */
export function missingForPostgresql(): string | undefined {
  return binaries() === undefined ? 'PostgreSQL (Debian package postgresql)' : undefined
}

/** What a server takes: its programs, who runs it, and a folder of its own. */
export function postgresqlSetting(): { bin: string; user: string; folder: string } {
  const bin = binaries()
  if (bin === undefined) throw new Error(missingForPostgresql())
  // The server refuses to run as root.
  const user = userId('postgres') === undefined ? 'nobody' : 'postgres'
  const folder = mkdtempSync(join(tmpdir(), 'bootring-postgresql-'))
  if (process.getuid?.() === 0) chownSync(folder, userId(user) ?? 0, 0)
  return { bin, user, folder }
}

/** Starts a private PostgreSQL on a free port of both loopback addresses. */
export async function startPostgresql(): Promise<DatabaseServer> {
  const { bin, folder, user } = postgresqlSetting()
  const data = join(folder, 'data')
  const port = await freePort()
  await freshData('postgresql', data, (made) =>
    runAs(user, join(bin, 'initdb'), ['--no-sync', '-A', 'trust', '-U', 'tester', '-E', 'UTF8', '-D', made]),
  )

  const administer = async (database: string, ...statements: string[]) => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'tester', database })
    await client.connect()
    try {
      for (const sql of statements) await client.query(sql)
    } finally {
      await client.end()
    }
  }
  const settings = {
    listen_addresses: '127.0.0.1,::1',
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
    max_connections: '200',
    // A clock that is not UTC: whatever takes a naive time for local fails.
    timezone: 'Asia/Kathmandu',
    log_line_prefix: '<%u> ',
  }
  const args = ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])]
  let server: ServerProcess | undefined
  let recorded: string | undefined
  const onOutput = (text: string) => {
    if (recorded !== undefined) recorded += text
  }
  const start = async () => {
    server = new ServerProcess(join(bin, 'postgres'), args, { user, deathSignal: 'QUIT', onOutput })
    await server.ready(() => administer('postgres', 'select 1'))
  }
  const pause = async () => {
    // Fast shutdown: does not wait for clients.
    await server?.end('SIGINT')
  }
  await start()
  return {
    url: (database, host = '127.0.0.1') => `postgresql+psycopg2://tester:s%40cret@${host}:${port}/${database}`,
    createDatabase: (name) => administer('postgres', `create database ${name}`),
    administer,
    async recordStatements() {
      recorded = ''
      await administer(
        'postgres',
        "alter system set log_statement = 'all'",
        'alter system set log_connections = on',
        'select pg_reload_conf()',
      )
      let marks = 0
      // What was logged before the mark has then been read as well.
      const upToNow = async () => {
        const mark = `mark ${++marks} of the record`
        while (!recorded?.includes(mark)) {
          await administer('postgres', `select '${mark}'`)
          await sleep(20)
        }
      }
      await upToNow()
      return {
        async of(user) {
          await upToNow()
          return toRecord(recorded ?? '', user)
        },
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

/** Of the server's log, whose lines go on in lines that begin with a tab. */
function toRecord(log: string, user: string): UserRecord {
  const record: UserRecord = { connections: 0, statements: [] }
  for (const [, entry = ''] of log.matchAll(new RegExp(`^<${user}> LOG:  (.*(?:\\n\\t.*)*)`, 'gm'))) {
    if (entry.startsWith('connection authorized')) record.connections += 1
    else if (!entry.startsWith('disconnection')) {
      record.statements.push(entry.replace(/^(statement|execute [^:]+): /, ''))
    }
  }
  return record
}
