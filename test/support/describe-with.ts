import { describe, it } from 'vitest'

/**
 * Like `describe`, for tests that need something of the machine: they are skipped and say so where `missing` names it.
 * With `CI=true` that is a failure: there, a skipped test would be a hole that nobody sees.
 */
export function describeWith(missing: string | undefined, name: string, tests: () => void): void {
  if (missing === undefined) describe(name, tests)
  else if (process.env.CI === 'true') {
    it(name, () => {
      throw new Error(`this machine lacks ${missing}`)
    })
  } else describe.skip(`${name} (skipped: this machine lacks ${missing})`, tests)
}
