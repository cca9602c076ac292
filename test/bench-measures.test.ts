import { describe, expect, it } from 'vitest'
import { summarizeProfile } from '../bench/cpu-profile.ts'
import { cpuSecondsOf, familyOf, parseCpuSeconds } from '../bench/cpu-time.ts'
import { bootPaths, macOf, makeFleet, unknownMac, wrongStateNode } from '../bench/fleet.ts'
import { memoryOf, parseMemory } from '../bench/memory.ts'
import { parseOptions } from '../bench/options.ts'
import { parseWrkOutput } from '../bench/wrk.ts'

describe("wrk's output", () => {
  const output = `Running 4s test @ http://127.0.0.1:8080
  1 threads and 32 connections
Requests/sec:  21005.20
counted requests=84020 microseconds=4000123 p50=1480 p99=3120 errors=2
`

  it('is read to the last digit', () => {
    expect(parseWrkOutput(output)).toEqual({
      requestsPerSecond: 84020 / 4.000123,
      p50Microseconds: 1480,
      p99Microseconds: 3120,
      requests: 84020,
      errors: 2,
    })
  })

  it.each([
    ['no line', 'unable to connect', 'no result'],
    ['a missing figure', output.replace('p99=3120 ', ''), 'p99'],
    ['no time', output.replace('4000123', '0'), 'no time'],
  ])('with %s is an error', (_what, text, message) => {
    expect(() => parseWrkOutput(text)).toThrow(message)
  })
})

describe('the fleet', () => {
  it('is the same for the same seed, and no other', () => {
    expect(makeFleet(20, 3)).toEqual(makeFleet(20, 3))
    expect(makeFleet(20, 3)).not.toEqual(makeFleet(20, 4))
  })

  it('has one node that may not boot, and paths of the others alone', () => {
    const fleet = makeFleet(300, 1)
    expect(fleet).toHaveLength(301)
    expect(fleet.filter(({ provisionState }) => provisionState !== 'wait call-back')).toEqual([fleet[wrongStateNode]])
    expect(new Set(fleet.map(({ uuid }) => uuid)).size).toBe(301)
    expect(
      fleet.every(({ ports, uuid }) => ports[0]?.address !== unknownMac && /^[0-9a-f-]{36}$/.test(uuid ?? '')),
    ).toBe(true)
    const paths = bootPaths(300)
    expect(new Set(paths).size).toBe(300)
    expect(paths.at(-1)).toBe('/v1/boot/52-54-00-00-01-2c/boot.ipxe')
    expect(macOf(300)).toBe('52:54:00:00:01:2c')
  })
})

describe('processes', () => {
  it('tell their memory', () => {
    const status = 'Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\nRssAnon:\t   51200 kB\n'
    expect(parseMemory(status)).toEqual({ resident: 100, own: 50, peak: 200 })
    expect(() => parseMemory('Name:\tnode\n')).toThrow('VmRSS')
    expect(memoryOf(process.pid).resident).toBeGreaterThan(1)
  })

  it('tell their CPU time, whatever they are called', () => {
    expect(parseCpuSeconds('42 (a (b) c) S 1 42 42 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 1 0')).toBe(2)
    expect(cpuSecondsOf(process.pid)).toBeGreaterThan(0)
    expect(familyOf(process.ppid)).toContain(process.pid)
  })
})

describe('a profile', () => {
  const frame = (functionName: string, url = '', lineNumber = -1) => ({ functionName, url, lineNumber })
  const profile = {
    startTime: 1000,
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('decide', 'file:///checkout/src/api/boot/boot-decision.ts', 59) },
      { id: 3, callFrame: frame('', 'file:///checkout/node_modules/undici/lib/client.js', 9) },
      { id: 4, callFrame: frame('emit', 'node:events', 4) },
      { id: 5, callFrame: frame('(garbage collector)') },
    ],
    // Each sample lasts until the next one; the first and the last lie outside the window.
    samples: [5, 1, 2, 3, 4, 2, 5],
    timeDeltas: [0, 100, 200, 100, 100, 100, 100],
  }

  it('is summed up by function and by part within the window', () => {
    const summary = summarizeProfile(profile, { fromMicroseconds: 1050, toMicroseconds: 1650 }, '/checkout')
    expect(summary.idle).toBeCloseTo(200 / 600)
    expect(summary.functions).toEqual([
      { name: 'decide src/api/boot/boot-decision.ts:60', share: 0.5 },
      { name: '(anonymous) undici/lib/client.js:10', share: 0.25 },
      { name: 'emit node:events:5', share: 0.25 },
    ])
    expect(summary.parts.map(({ name }) => name)).toEqual(['bootring api', 'undici', 'Node events'])
  })

  it('without samples in the window is empty', () => {
    expect(summarizeProfile(profile, { fromMicroseconds: 0, toMicroseconds: 10 }, '/checkout')).toEqual({
      idle: 0,
      parts: [],
      functions: [],
    })
  })
})

describe('options', () => {
  it('have defaults, shorter ones when it must be quick', () => {
    expect(parseOptions([])).toMatchObject({ nodes: [1000, 100_000], rounds: 7, refusalsEach: 2000, quick: false })
    expect(parseOptions(['--quick', '--rounds', '2'])).toMatchObject({ nodes: [1000, 10_000], rounds: 2, quick: true })
    expect(parseOptions(['--help'])).toBeUndefined()
  })

  it.each([['--rounds=0'], ['--nodes=1000'], ['--nodes=2000,1000'], ['--seed=x'], ['--unknown'], ['word']])(
    'refuse %s',
    (argument) => {
      expect(() => parseOptions([argument])).toThrow()
    },
  )
})
