import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { EngineName } from './databases.ts'

/** A real Ironic that can make its tables. */
export interface IronicRelease {
  /** As bootring names the schema. */
  name: string
  dbsync: string
  /** What to install where it is missing. */
  source: string
  engines: EngineName[]
}

/** Debian's, and the newest from PyPI, which has no driver for PostgreSQL with it. */
export const ironicReleases: IronicRelease[] = [
  {
    name: '21.4',
    dbsync: '/usr/bin/ironic-dbsync',
    source: 'Ironic 21.4 (Debian packages ironic-common python3-pymysql python3-psycopg2)',
    engines: ['sqlite', 'postgresql', 'mariadb'],
  },
  {
    name: '39.0',
    dbsync: fileURLToPath(new URL('../../.tools/ironic-newest/bin/ironic-dbsync', import.meta.url)),
    source: 'Ironic from PyPI in .tools/ironic-newest',
    engines: ['sqlite', 'mariadb'],
  },
]

/** What is missing for `createIronicSchema`; undefined when nothing is. */
export function missingForSchema({ dbsync, source }: IronicRelease): string | undefined {
  return existsSync(dbsync) ? undefined : source
}

/** Has Ironic make its tables in an empty database; a SQLite file is created. */
export async function createIronicSchema({ dbsync }: IronicRelease, url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-dbsync-'))
  try {
    const file = join(folder, 'ironic.conf')
    writeFileSync(file, `[DEFAULT]\nuse_stderr = True\nlog_file =\n[database]\nconnection = ${url}\n`)
    await promisify(execFile)(dbsync, ['--config-file', file, 'create_schema'], { timeout: 100_000 })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
