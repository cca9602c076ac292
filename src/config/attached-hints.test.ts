import { expect, it } from 'vitest'
import { attachedHints } from './attached-hints.ts'
import { loadConfig } from './load.ts'
import { formatProblem } from './problem.ts'

it("misses Ironic's own configuration where bootring's alone is read", () => {
  const overrides = {
    bootring: { mode: 'attached' },
    database: { connection: 'mysql+pymysql://u:p@h/ironic' },
    json_rpc: { auth_strategy: 'noauth' },
  }
  const { config } = loadConfig({ files: [], env: {}, overrides })
  const own = '/etc/bootring/bootring.conf'
  const hints = (...files: string[]) => attachedHints(config, files).map(formatProblem)
  expect(hints(own)).toEqual([
    expect.stringMatching(/^\/etc\/bootring\/bootring\.conf: expected Ironic's ironic\.conf /),
  ])
  expect(hints('/etc/ironic/ironic.conf', own)).toEqual([])
  // All in the environment, as containers may have it.
  expect(hints()).toEqual([])
})
