import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const rowsAndFiles = fileURLToPath(new URL('ironic-on-this-host.py', import.meta.url))

/** What this machine lacks to make the database of an Ironic; undefined: nothing. */
export const missingIronic =
  spawnSync('ironic-dbsync', ['--version']).status === 0 ? undefined : 'ironic-dbsync (package ironic-common)'

/** Asked of this host's attached API, the machine of the node below gets this script. */
export const bootPath = '/v1/boot/52-54-00-12-34-56/boot.ipxe'
export const bootScript = '#!ipxe\n\necho from Ironic\nboot'

function ironicConf(at: string): string {
  return `[DEFAULT]
rpc_transport = json-rpc
host = localhost
my_ip = 127.0.0.1
[database]
connection = sqlite:///${join(at, 'ironic.sqlite')}
[json_rpc]
auth_strategy = noauth
[conductor]
# Nobody beats the heart of this conductor.
heartbeat_timeout = 3600
[deploy]
http_root = ${join(at, 'httpboot')}
http_url = http://127.0.0.1:8080
[pxe]
tftp_root = ${join(at, 'tftpboot')}
`
}

/**
 * Fills `folder` as an Ironic would leave it: ironic.conf, a database whose tables Ironic's own program made, and the
 * boot files of one node that waits for cleaning. ironic.conf names the files as they are found below `at`.
 */
export function leaveIronic(folder: string, at: string): void {
  for (const name of ['httpboot', 'tftpboot']) mkdirSync(join(folder, name), { recursive: true })
  const here = join(folder, 'dbsync.conf')
  writeFileSync(here, ironicConf(folder))
  execFileSync('ironic-dbsync', ['--config-file', here, 'create_schema'], { stdio: 'pipe' })
  execFileSync('python3', [rowsAndFiles, join(folder, 'ironic.sqlite'), join(folder, 'httpboot'), 'localhost'])
  writeFileSync(join(folder, 'ironic.conf'), ironicConf(at))
}
