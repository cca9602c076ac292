import { describe, it } from 'vitest'
import { missingForLab } from './missing-for-lab.ts'

/** Like `describe`, for tests that need the laboratory: skipped where it can't be had, with CI set a failure. */
export function describeInLab(name: string, tests: () => void): void {
  const missing = missingForLab()
  if (missing.length === 0) {
    describe(name, tests)
    return
  }
  const why = `the laboratory lacks ${missing.join(', ')}`
  if (process.env.CI) {
    it(name, () => {
      throw new Error(why)
    })
    return
  }
  process.stderr.write(`"${name}" is skipped: ${why}\n`)
  describe.skip(name, tests)
}
