import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'bootring-fresh-'

/**
 * Gives a database server a data folder that has never been used. `make` makes one, as whoever is to own it, and is called once
 * in a run of the tests for each `kind`: it takes seconds, and a copy of what it has made does not.
 */
export async function freshData(kind: string, target: string, make: (folder: string) => Promise<void>): Promise<void> {
  // That of the process which started this one with other workers.
  const kept = join(tmpdir(), `${prefix}${process.ppid}-${kind}`)
  if (!existsSync(kept)) {
    const made = `${kept}.${process.pid}`
    await make(made)
    try {
      renameSync(made, kept)
    } catch {
      // Another worker was quicker.
      rmSync(made, { recursive: true })
    }
  }
  execFileSync('cp', ['--archive', '--reflink=auto', kept, target])
}

/** Removes what this process's workers have kept, and those of processes that were killed. */
export function teardown(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || (Number(pid) !== process.pid && existsSync(`/proc/${pid}`))) continue
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
