import { describe, expect, it } from 'vitest'
import { closedLoop, type LoopResult, times, timingOf } from '../bench/closed-loop.ts'
import { parseCompareOptions } from '../bench/compare-options.ts'
import { compareReport } from '../bench/compare-report.ts'
import { compared } from '../bench/compare-results.ts'
import { creationOf, makeManagedFleet, waitingNodes } from '../bench/management-fleet.ts'
import { parseManagementOptions } from '../bench/management-options.ts'
import { managementPlot } from '../bench/management-plot.ts'
import { managementReport } from '../bench/management-report.ts'
import { growthWithin, type ManagementResults, type SizeRounds, sizeFigures } from '../bench/management-results.ts'

const machine = {
  cores: 2,
  cpu: 'Some <CPU>',
  memoryGib: 8,
  kernel: '6.1',
  node: '24',
  nginx: '1.22',
  wrk: '4.1',
}

const loop = (...milliseconds: number[]): LoopResult => ({ milliseconds, seconds: 2, cpuSeconds: 0.1 })

describe('a closed loop', () => {
  it('makes so many requests in all, as many at once as there are clients', async () => {
    const made: number[] = []
    let running = 0
    let most = 0
    const { milliseconds } = await closedLoop(
      () => 0,
      3,
      times(10),
      async (number) => {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        made.push(number)
      },
    )
    expect(made.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect([milliseconds.length, most]).toEqual([10, 3])
  })

  it('ends with the first failure', async () => {
    let made = 0
    const failing = closedLoop(
      () => 0,
      2,
      times(1000),
      async () => {
        made += 1
        if (made === 5) throw new Error('refused')
      },
    )
    await expect(failing).rejects.toThrow('refused')
    expect(made).toBeLessThan(10)
  })

  it('is counted together with others', () => {
    expect(timingOf(loop(1, 2, 3), loop(4, 5))).toMatchObject({
      requests: 5,
      perSecond: 5 / 4,
      p50Milliseconds: 3,
      cpuMillisecondsPerRequest: 40,
    })
  })
})

describe('the managed fleet', () => {
  it('has as many nodes as it should, of which few wait for their script', () => {
    const fleet = makeManagedFleet(2000, 1)
    expect(fleet).toHaveLength(2000)
    expect(fleet.filter(({ provisionState }) => provisionState === 'wait call-back')).toHaveLength(waitingNodes)
    expect(fleet[1]?.provisionState).toBe('wait call-back')
  })

  it('is created with the same names and addresses', () => {
    const [, one] = makeManagedFleet(10, 1)
    if (one === undefined) throw new Error('there is no such node')
    const { node, port } = creationOf(one, 1)
    expect(node).toMatchObject({ uuid: one.uuid, name: 'node-1', driver: 'fake-hardware' })
    expect(port).toMatchObject({ node_uuid: one.uuid, address: one.ports[0]?.address })
  })
})

describe('options', () => {
  it('of management are those of make bench', () => {
    expect(parseManagementOptions([])).toMatchObject({ create: 10_000, nodes: [1000, 10_000, 100_000], quick: false })
    expect(parseManagementOptions(['--quick', '--no-postgresql'])).toMatchObject({ quick: true, postgresql: false })
    expect(parseManagementOptions(['--help'])).toBeUndefined()
  })

  it.each([['--nodes=1000'], ['--nodes=2000,1000'], ['--nodes=10,1000'], ['--clients=0'], ['--what']])(
    'of management are not %s',
    (option) => expect(() => parseManagementOptions([option])).toThrow(),
  )

  it('of comparing name one checkout', () => {
    expect(parseCompareOptions(['../before'])).toMatchObject({ other: '../before', nodes: 1000 })
    expect(() => parseCompareOptions([])).toThrow('other checkout')
    expect(() => parseCompareOptions(['a', 'b'])).toThrow('other checkout')
  })
})

describe('figures', () => {
  const rounds = (nodes: number, factor: number): SizeRounds => ({
    kind: 'serve on SQLite',
    operation: 'show a node',
    nodes,
    rounds: [loop(10 * factor, 10 * factor), loop(20 * factor, 20 * factor), loop(30 * factor)],
  })
  const sizes = sizeFigures([rounds(1000, 1), rounds(100_000, 1.5)])

  it('compare sizes within each round', () => {
    expect(sizes.map(({ growth }) => growth.median)).toEqual([1, 1.5])
    expect(sizes[1]?.growth).toEqual({ median: 1.5, min: 1.5, max: 1.5 })
    expect(sizes[1]?.cpuGrowth).toBe(1)
  })

  it('say how creation slows down', () => {
    expect(growthWithin(Array.from({ length: 100 }, (_, index) => (index < 90 ? 2 : 5)))).toBe(2.5)
  })

  const results: ManagementResults = {
    date: '2026-01-02T03:04:05.000Z',
    options: { ...(parseManagementOptions([]) as NonNullable<ReturnType<typeof parseManagementOptions>>) },
    machine,
    othersShare: 0.25,
    filling: [{ kind: 'serve on SQLite', nodes: 1000, seconds: 1.5 }],
    crowd: [{ kind: 'serve on SQLite', operation: 'patch a node', timing: timingOf(loop(1, 2, 3)) }],
    creation: [{ kind: 'serve on SQLite', nodes: 10_000, factor: 1.25 }],
    sizes,
    rest: [{ nodes: 1000, cpuShare: 0.02, residentMib: 120 }],
  }

  it('are reported with the machine and its noise', () => {
    const text = managementReport(results, 'management.svg')
    expect(text).toContain('Some <CPU>')
    expect(text).toContain('did 25.0 % of the processors')
    expect(text).toContain('](management.svg)')
    expect(text).toMatch(/\| show a node +\| .*1\.50 \(1\.50–1\.50\)/)
    expect(text).toContain('creating one of the last 1,000 nodes takes 1.25 times as long')
    expect(managementReport({ ...results, rest: [] })).not.toContain('At rest')
  })

  it('are drawn as well-formed SVG', () => {
    const svg = managementPlot(results)
    expect(svg).toContain('Some &lt;CPU&gt;')
    expect(svg).toContain('1.50 times')
    expect(svg).not.toContain('NaN')
  })
})

describe('a comparison', () => {
  const round = (requestsPerSecond: number, cpuMicrosecondsPerRequest: number) => ({
    requestsPerSecond,
    p50Microseconds: 1000,
    p99Microseconds: 2000,
    requests: 100,
    errors: 0,
    cpuMicrosecondsPerRequest,
  })

  it('is of rounds with the same number', () => {
    const comparison = compared({
      kind: 'serve',
      other: [round(1000, 100), round(2000, 100), round(500, 100)],
      own: [round(900, 110), round(2000, 100), round(600, 90)],
    })
    expect(comparison.requestsPerSecond).toEqual({ median: 1, min: 0.9, max: 1.2 })
    expect(comparison.cpuPerRequest).toEqual({ median: 1, min: 0.9, max: 1.1 })
    const { other, ...options } = parseCompareOptions(['x']) as NonNullable<ReturnType<typeof parseCompareOptions>>
    const report = compareReport({
      date: '2026-01-02T03:04:05.000Z',
      options,
      machine,
      own: 'abc',
      other,
      comparisons: [comparison],
    })
    expect(report).toContain('abc (now) beside x (before)')
    expect(report).toContain('1.00 (0.90–1.20)')
  })
})
