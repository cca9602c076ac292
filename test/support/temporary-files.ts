import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'bootring-tests-'

/**
 * Has all that tests and what they start put into the system's folder for temporary files lie in one of this run, which goes with
 * it, whatever a test that failed has left there. What a run that was killed has left goes with the next one.
 */
export function setup(): () => void {
  const common = tmpdir()
  removeLeftovers(common)
  const folder = mkdtempSync(join(common, `${prefix}${process.pid}-`))
  // As the common one: database servers run as users of their own.
  chmodSync(folder, 0o1777)
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function removeLeftovers(common: string): void {
  for (const name of readdirSync(common)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    rmSync(join(common, name), { recursive: true, force: true })
  }
}
