import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../../test/support/cluster-metrics-program.ts', import.meta.url))

it('adds up the counts of all workers, and takes the largest of what they all see alike', () => {
  const text = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', program], { encoding: 'utf8' })
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'bootring_boot_requests_total{outcome="refused",reason="PortNotFound"} 10',
      'bootring_boot_request_duration_seconds_count{outcome="refused"} 10',
      'bootring_ring_rebuilds_total 2',
      'bootring_conductors_alive 4',
    ]),
  )
})
