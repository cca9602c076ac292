import { describe, expect, it } from 'vitest'
import { table } from '../bench/markdown.ts'
import { parseOptions } from '../bench/options.ts'
import { plot } from '../bench/plot.ts'
import { report } from '../bench/report.ts'
import { type CandidateRounds, figuresOf, growthOf, type Results } from '../bench/results.ts'
import { verdicts } from '../bench/targets.ts'

const rounds = (...requestsPerSecond: number[]) =>
  requestsPerSecond.map((value) => ({
    requestsPerSecond: value,
    p50Microseconds: 1000,
    p99Microseconds: 3000,
    requests: value,
    errors: 1,
    cpuMicrosecondsPerRequest: 20,
  }))

const candidates: CandidateRounds[] = [
  { kind: 'nginx', nodes: undefined, rounds: rounds(50_000, 40_000, 60_000) },
  { kind: 'serve', nodes: 1000, rounds: rounds(30_000, 28_000, 30_000) },
  { kind: 'api', nodes: 1000, rounds: rounds(9000, 8000, 9000) },
  { kind: 'serve', nodes: 100_000, rounds: rounds(25_000, 28_000, 20_000) },
  { kind: 'api', nodes: 100_000, rounds: rounds(9000, 8000, 9000) },
]
const sameTest = { statistic: 0.1, p: 0.5 }
const one = { median: 0.5, min: 0.4, max: 1.5 }

function results(changes: Partial<Results> = {}): Results {
  const options = parseOptions([])
  if (options === undefined) throw new Error('no options')
  return {
    date: '2030-01-02T03:04:05.000Z',
    options,
    machine: { cores: 2, cpu: 'Some <CPU> & more', memoryGib: 4, kernel: '6', node: '24', nginx: '1', wrk: '4' },
    candidates: figuresOf(candidates),
    growth: growthOf(candidates, [1000, 100_000]),
    memory: [
      { process: 'api, 1,000 nodes, api', memory: { resident: 150, own: 80, peak: 160 } },
      { process: 'api, 1,000 nodes, conductor', memory: { resident: 300, own: 80, peak: 310 } },
    ],
    starts: [{ what: 'second start', seconds: one }],
    bootFiles: [
      { service: 'serve', nodes: 1000, seconds: 2 },
      { service: 'api', nodes: 1000, seconds: undefined },
    ],
    refusals: {
      requestsEach: 2000,
      unknown: { median: 10_000, mean: 10_001 },
      wrongState: { median: 10_000, mean: 10_002 },
      mannWhitney: sameTest,
      kolmogorovSmirnov: sameTest,
    },
    profile: [
      { process: 'serve', idle: 0.1, parts: [{ name: 'Node http', share: 1 }], functions: [{ name: 'f', share: 1 }] },
    ],
    ...changes,
  }
}

describe('figures', () => {
  it('compare each round with the nginx of the same round', () => {
    const [nginx, serve] = figuresOf(candidates)
    expect(nginx?.ratio).toEqual({ median: 1, min: 1, max: 1 })
    expect(serve?.ratio).toEqual({ median: 0.6, min: 0.5, max: 0.7 })
    expect(serve?.errors).toBe(3)
  })

  it('compare the large fleet with the small one, in requests that take longer', () => {
    expect(growthOf(candidates, [1000, 100_000])).toEqual([
      { kind: 'serve', factor: { median: 1.2, min: 1, max: 1.5 } },
      { kind: 'api', factor: { median: 1, min: 1, max: 1 } },
    ])
  })

  it('need nginx', () => {
    expect(() => figuresOf(candidates.slice(1))).toThrow('nginx')
  })
})

describe('targets', () => {
  it('are met or missed by so much, and none counts for a conductor’s memory', () => {
    expect(verdicts(results()).map(({ distance, measured, met }) => [met, measured, distance])).toEqual([
      [true, '0.60', 'met, with 0.0 % to spare'],
      [false, '0.18', 'missed by 10 %'],
      [false, '0.50', 'missed by 17 %'],
      [false, '0.18', 'missed by 10 %'],
      [false, '1.20', 'missed by 9.1 %'],
      [true, '1.00', 'met, with 9.1 % to spare'],
      [false, '150 MiB', 'missed by 25 %'],
      [true, '0.50 s', 'met, with 50 % to spare'],
    ])
  })
})

describe('the report', () => {
  it('names machine, seed, figures and verdicts', () => {
    const text = report(results(), 'x.svg')
    for (const words of [
      '2030-01-02, seed 1',
      'Some <CPU> & more',
      '(x.svg)',
      '30,000 (28,000–30,000)',
      'missed by 25 %',
      'not in time',
      'can not be told apart',
      'serve (10.0 % idle)',
    ]) {
      expect(text).toContain(words)
    }
    expect(text).not.toMatch(/undefined|NaN/)
    expect(report(results())).not.toContain('![')
  })

  it('says when refusals differ', () => {
    const { refusals } = results()
    const differing = results({ refusals: { ...refusals, mannWhitney: { statistic: 1, p: 0.001 } } })
    expect(report(differing)).toContain('more than chance')
  })

  it('lines tables up', () => {
    expect(table(['a', 'figure'], [['long cell', '1']])).toBe(
      '| a         | figure |\n| --------- | -----: |\n| long cell |      1 |',
    )
  })
})

describe('the plot', () => {
  const svg = plot(results())

  it('shows a bar and a whisker for each candidate, and the targets but for nginx', () => {
    expect(svg.match(/<rect class=/g)).toHaveLength(candidates.length)
    expect(svg.match(/class="whisker"/g)).toHaveLength(candidates.length)
    expect(svg.match(/<line class="target"/g)).toHaveLength(candidates.length - 1 + 1)
    expect(svg).toContain('30,000 · 0.60 of nginx')
    expect(svg).not.toMatch(/undefined|NaN|Infinity/)
  })

  it('draws lengths to scale', () => {
    const lengths = [...svg.matchAll(/<rect class="\w+" x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)].map(([, w]) =>
      Number(w),
    )
    expect((lengths[1] ?? 0) / (lengths[0] ?? 1)).toBeCloseTo(30 / 50, 2)
  })

  it('is well-formed, follows the theme, and escapes what comes from the machine', () => {
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg).toContain('Some &lt;CPU&gt; &amp; more')
    expect(svg).not.toContain('<CPU>')
    const opened = [...svg.matchAll(/<(\w+)(?:\s[^>]*)?(?<!\/)>/g)].map(([, name]) => name)
    const closed = [...svg.matchAll(/<\/(\w+)>/g)].map(([, name]) => name)
    expect(opened.toSorted()).toEqual(closed.toSorted())
  })
})
