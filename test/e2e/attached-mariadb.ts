import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../lab/host.ts'
import { userId } from '../support/user-id.ts'

/** SQLAlchemy's URLs of one empty database, for all hosts of the lab. */
export interface IronicsDatabase {
  /** Ironic's own. */
  url: string
  /** For bootring: of a user who may read and nothing else. */
  readOnlyUrl: string
}

/** Starts MariaDB on a host of the lab, on its port 3306. */
export async function startMariadbOn(host: Host): Promise<IronicsDatabase> {
  const folder = join(host.folder, 'mariadb')
  mkdirSync(folder)
  chownSync(folder, userId('mysql') ?? 0, 0)
  const data = [`--datadir=${join(folder, 'data')}`, '--user=mysql', '--innodb-log-file-size=8M']
  const options = ['--auth-root-authentication-method=normal', '--skip-test-db']
  await host.run(['mariadb-install-db', '--no-defaults', ...data, ...options])
  const initialize = join(folder, 'initialize.sql')
  // The server reads one statement a line.
  writeFileSync(
    initialize,
    [
      'create database ironic character set utf8mb3;',
      "create user 'ironic'@'%' identified by 'ironic';",
      "grant all on ironic.* to 'ironic'@'%';",
      "create user 'bootring'@'%' identified by 'bootring';",
      "grant select on ironic.* to 'bootring'@'%';",
      '',
    ].join('\n'),
  )
  const server = host.spawn([
    'mariadbd',
    '--no-defaults',
    ...data,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--bind-address=${host.ip}`,
    `--init-file=${initialize}`,
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=64M',
    '--skip-name-resolve',
  ])
  await server.untilOutput('ready for connections', 60)
  const place = `${host.ip}:3306/ironic?charset=utf8`
  return { url: `mysql+pymysql://ironic:ironic@${place}`, readOnlyUrl: `mysql+pymysql://bootring:bootring@${place}` }
}
