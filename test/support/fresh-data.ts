import { execFileSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Gives a database server a data folder that has never been used. `make` makes one, as whoever is to own it, and is called once
 * in a run of the tests for each `kind`: it takes seconds, and a copy of what it has made does not.
 */
export async function freshData(kind: string, target: string, make: (folder: string) => Promise<void>): Promise<void> {
  // Outside a run of the tests it would stay for ever.
  if (process.env.VITEST === undefined) return await make(target)
  // All workers of a run have this folder, and it is of this run alone.
  const kept = join(tmpdir(), `fresh-${kind}`)
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
