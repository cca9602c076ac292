import { expect, it } from 'vitest'
import { aWorld } from '../../test/support/a-world.ts'
import type { Check } from './check.ts'
import { runPreflight } from './run-preflight.ts'

it('takes as many reports of one check as a large fleet has', async () => {
  const report = { severity: 'warning', message: 'no port has the MAC', remedy: 'Take it away.' } as const
  const stale: Check = { name: 'stale', title: '', begin: () => ({ end: () => Array(200_000).fill(report) }) }
  expect((await runPreflight(aWorld(), [stale])).findings).toHaveLength(200_000)
})
