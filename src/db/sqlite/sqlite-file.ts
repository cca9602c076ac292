import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { busyTimeoutMilliseconds } from './busy-timeout.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

const mappedBytes = 256 * 1024 * 1024

/**
 * Opens a database file in WAL mode, and creates it (mode 0600) and its folder (0700) where they are missing.
 * A reader never waits for a writer. A writer's own waiting is done by `retryWhileBusy`, as SQLite's would block the
 * process, so its connection waits but an instant.
 */
export async function openSqliteFile(path: string, access: 'read' | 'write'): Promise<DatabaseSync> {
  const file = resolve(path)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file, {
    timeout: access === 'read' ? busyTimeoutMilliseconds : 5,
    enableForeignKeyConstraints: true,
  })
  try {
    // Going over to WAL needs the file for itself and does not wait by itself.
    await retryWhileBusy(() => database.exec('pragma journal_mode = wal'))
    database.exec('pragma synchronous = normal')
    if (access === 'read') {
      database.exec('pragma query_only = on')
      // Look-ups all over a large file then cost no system call a page; the memory is the kernel's cache, shared.
      database.exec(`pragma mmap_size = ${mappedBytes}`)
    }
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
