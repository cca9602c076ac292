import { describe, expect, it } from 'vitest'
import { flatness } from '../../storm/flatness.ts'
import type { Sample } from '../../storm/sample.ts'

/** Samples every second of a minute. */
function samples(process: string, changes: (second: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 60 }, (_, second) => ({
    atMs: second * 1000,
    process,
    residentBytes: 100 * 2 ** 20,
    heapBytes: 50 * 2 ** 20,
    handles: 10,
    openFiles: 30,
    eventLoopDelayMs: 12,
    cpuSeconds: second,
    ...changes(second),
  }))
}

describe('flatness', () => {
  it('finds a process flat that takes what it took, after its first quarter', () => {
    const grown = samples('api-1', (second) => ({ residentBytes: Math.min(second, 15) * 10 * 2 ** 20 }))
    const found = flatness(grown, 60)
    expect(found.map(({ flat }) => flat)).toEqual([true, true, true, true, true])
    expect(found[0]).toMatchObject({ process: 'api-1', what: 'MiB resident', early: 150, late: 150, ratio: 1 })
  })

  it('finds a leak of memory and one of handles', () => {
    const leaking = samples('conductor-1', (second) => ({
      residentBytes: (100 + 2 * second) * 2 ** 20,
      handles: 10 + second,
    }))
    const bad = flatness(leaking, 60).filter(({ flat }) => !flat)
    expect(bad.map(({ what }) => what)).toEqual(['MiB resident', 'handles'])
  })

  it('says nothing of a process that was started again', () => {
    expect(
      flatness(
        samples('api-2', (second) => ({ cpuSeconds: second % 30 })),
        60,
      ),
    ).toEqual([])
  })
})
