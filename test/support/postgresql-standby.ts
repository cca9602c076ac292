import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { runAs, ServerProcess } from './database-server.ts'
import { freePort } from './free-ports.ts'
import { postgresqlSetting } from './postgresql-server.ts'

/** A streaming replica of a server that `startPostgresql` started. */
export interface PostgresqlStandby extends AsyncDisposable {
  readonly port: number
  /** Makes it the primary. */
  promote(): Promise<void>
}

/** Until it is promoted it takes no connections (SQLSTATE 57P03), as a server that is still starting up. */
export async function startPostgresqlStandby(primaryPort: number): Promise<PostgresqlStandby> {
  const { bin, folder, user } = postgresqlSetting()
  const data = join(folder, 'data')
  const port = await freePort()
  const source = ['-h', '127.0.0.1', '-p', String(primaryPort), '-U', 'tester']
  await runAs(user, join(bin, 'pg_basebackup'), [...source, '-D', data, '-R', '--checkpoint=fast', '--no-sync'])
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    shared_buffers: '32MB',
    max_connections: '200',
    hot_standby: 'off',
  }
  const args = ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])]
  let output = ''
  const onOutput = (text: string) => {
    output += text
  }
  const server = new ServerProcess(join(bin, 'postgres'), args, { user, deathSignal: 'QUIT', onOutput })
  await server.ready(async () => {
    await listening(port)
    if (!output.includes('started streaming')) throw new Error('it does not follow the primary yet')
  })
  return {
    port,
    promote: () => runAs(user, join(bin, 'pg_ctl'), ['promote', '-D', data]),
    async [Symbol.asyncDispose]() {
      await server.end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function listening(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
  })
}
