import { describe, expect, it } from 'vitest'
import { cpuGroups, cpuSecondsByGroup, groupOf, parseBusySeconds, parseProcess } from '../bench/attached-cpu.ts'
import { latencyOf, runSteadily, schedule, together } from '../bench/attached-load.ts'
import {
  differenceOf,
  parseServerCounters,
  parseUserCounters,
  type Snapshot,
  serverCounters,
  type UserCounters,
} from '../bench/attached-meter.ts'
import { parseAttachedOptions } from '../bench/attached-options.ts'
import { attachedPlot } from '../bench/attached-plot.ts'
import { attachedReport } from '../bench/attached-report.ts'
import {
  type AttachedResults,
  costOf,
  figuresOfAttached,
  medianCost,
  type Phase,
  type PhaseKind,
} from '../bench/attached-results.ts'

const counters = (changes: Partial<UserCounters> = {}): UserCounters => ({
  selects: 0,
  writes: 0,
  others: 0,
  rowsRead: 0,
  rowsSent: 0,
  bytesSent: 0,
  cpuSeconds: 0,
  busySeconds: 0,
  connections: 0,
  ...changes,
})
const server = (value: number) => Object.fromEntries(serverCounters.map((name) => [name, value])) as Snapshot['server']
const cpu = (changes: Partial<Phase['cpuSeconds']> = {}) => ({
  ...(Object.fromEntries(cpuGroups.map((group) => [group, 0])) as Phase['cpuSeconds']),
  ...changes,
})

describe('a steady load', () => {
  const request = (name: string, perSecond: number, send: (index: number) => Promise<boolean>) => ({
    name,
    perSecond,
    send,
  })

  it('has every request at its time, in order', () => {
    const all = schedule([request('a', 2, async () => true), request('b', 0.5, async () => true)], 2)
    expect(all.map(({ dueMilliseconds, index, request: { name } }) => [name, index, dueMilliseconds])).toEqual([
      ['a', 0, 250],
      ['a', 1, 750],
      ['b', 0, 1000],
      ['a', 2, 1250],
      ['a', 3, 1750],
    ])
  })

  it('does not wait for answers, counts from when a request was due, and tells good answers from others', async () => {
    let open = 0
    let most = 0
    const slow = request('slow', 50, async (index) => {
      open += 1
      most = Math.max(most, open)
      await new Promise((resolve) => setTimeout(resolve, 100))
      open -= 1
      if (index === 1) throw new Error('gone')
      return index !== 0
    })
    const answers = (await runSteadily([slow], 0.2)).get('slow')
    if (answers === undefined) throw new Error('no answers')
    expect(answers.milliseconds).toHaveLength(10)
    expect(Math.min(...answers.milliseconds)).toBeGreaterThan(90)
    expect(answers.errors).toBe(2)
    expect(most).toBeGreaterThan(2)
    const both = together([answers, { milliseconds: [1, 2, 3], errors: 1 }])
    expect(latencyOf(both)).toMatchObject({ requests: 13, errors: 3 })
    expect(latencyOf({ milliseconds: [1, 2, 3], errors: 0 })).toMatchObject({
      p50Milliseconds: 2,
      p99Milliseconds: 2.98,
    })
  })
})

describe('CPU time', () => {
  it('is told apart by command lines', () => {
    const line = (...words: string[]) => words.join('\0')
    expect(groupOf(line('/usr/sbin/mariadbd', '--no-defaults'))).toBe('database')
    expect(groupOf(line('/usr/bin/python3', '/usr/bin/ironic-api', '--config-file', 'x'))).toBe('ironic')
    expect(groupOf(line('/usr/bin/python3', '/usr/bin/ironic-conductor'))).toBe('ironic')
    expect(groupOf(line('node', '/x/src/main.ts', 'api', '--attached', '--config-file', '/x/c1.conf'))).toBe(
      'bootring api',
    )
    expect(groupOf(line('node', '/x/src/main.ts', 'conductor', '--attached'))).toBe('bootring conductor')
    expect(groupOf(line('wrk', '-t', '1'))).toBe('load')
  })

  it('is read from the status of a process and of the machine', () => {
    const stat = '42 (a (b) c) S 7 42 42 0 -1 4194560 1 0 0 0 150 50 20 30 20 0 1 0'
    expect(parseProcess(stat)).toEqual({ pid: 42, parent: 7, own: 2, ended: 0.5 })
    expect(parseProcess('')).toBeUndefined()
    expect(parseBusySeconds('cpu  100 200 300 9999 9999 400 500 9999 0 0\ncpu0 1 2 3')).toBe(15)
    expect(() => parseBusySeconds('')).toThrow('no CPU times')
  })

  it('counts this process as the load, and the machine besides', () => {
    const before = cpuSecondsByGroup()
    for (const end = performance.now() + 50; performance.now() < end; );
    const after = cpuSecondsByGroup()
    expect(after.load).toBeGreaterThan(before.load)
    expect(after.others).toBeGreaterThan(0)
    expect(after.ironic).toBe(0)
  })
})

describe("the server's counters", () => {
  it('are read as MariaDB gives them', () => {
    const rows = serverCounters.map((name, index) => ({ Variable_name: name, Value: String(index) }))
    expect(parseServerCounters(rows)).toMatchObject({ Questions: 0, Com_select: 1 })
    expect(() => parseServerCounters(rows.slice(1))).toThrow('Questions')
    const row = {
      SELECT_COMMANDS: '7',
      UPDATE_COMMANDS: 1,
      OTHER_COMMANDS: 2,
      ROWS_READ: 3,
      ROWS_SENT: 4,
      BYTES_SENT: 5,
      CPU_TIME: 0.5,
      BUSY_TIME: 0.7,
      TOTAL_CONNECTIONS: 6,
    }
    expect(parseUserCounters(row)).toMatchObject({
      selects: 7,
      writes: 1,
      others: 2,
      cpuSeconds: 0.5,
      busySeconds: 0.7,
    })
    expect(parseUserCounters(undefined)).toEqual(counters())
    expect(() => parseUserCounters({ ...row, CPU_TIME: undefined })).toThrow('CPU_TIME')
  })

  it('differ by what happened, without what measuring adds', () => {
    const at = (milliseconds: number, value: number): Snapshot => ({
      atMilliseconds: milliseconds,
      server: server(value),
      users: { ironic: counters({ selects: value }), bootring: counters() },
      sessions: { ironic: value, bootring: 1 },
      cpuSeconds: cpu({ database: value }),
    })
    expect(differenceOf(at(1000, 10), at(3000, 17), server(3))).toEqual({
      seconds: 2,
      server: server(4),
      users: { ironic: counters({ selects: 7 }), bootring: counters() },
      sessions: { ironic: 17, bootring: 1 },
      cpuSeconds: cpu({ database: 7 }),
    })
  })
})

describe('a cost', () => {
  it('is for one request, without what comes anyway', () => {
    const counted = counters({
      selects: 210,
      others: 10,
      writes: 4,
      rowsRead: 400,
      bytesSent: 204_800,
      cpuSeconds: 0.1,
    })
    expect(costOf('x', 100, counted, counters({ selects: 10, rowsRead: 100 }))).toEqual({
      name: 'x',
      requests: 100,
      statements: 2.14,
      writes: 0.04,
      rowsRead: 3,
      kibSent: 2,
      microseconds: 1000,
    })
  })

  it('of several batches is the middle one, figure by figure', () => {
    const batches = [1, 50, 3].map((selects) => costOf('x', 1, counters({ selects, rowsRead: 60 - selects })))
    expect(medianCost(batches)).toMatchObject({ statements: 3, rowsRead: 57, requests: 3 })
    expect(() => medianCost([])).toThrow()
  })
})

const latency = (p50: number) => ({ requests: 100, errors: 1, p50Milliseconds: p50, p99Milliseconds: p50 * 3 })

function phase(kind: PhaseKind, round: number, changes: Partial<Phase> = {}): Phase {
  const load = kind === 'ironic' || kind === 'beside' || kind === 'boots'
  return {
    kind,
    round,
    seconds: 10,
    server: server(500),
    users: {
      ironic: counters({ selects: 400, busySeconds: 0.4, cpuSeconds: 0.3 }),
      bootring: counters({ selects: kind === 'ironic' ? 0 : 20 }),
    },
    sessions: { ironic: 9, bootring: kind === 'ironic' ? 0 : 7 },
    cpuSeconds: cpu({ database: 1, ironic: 3, others: 1 }),
    latencies: load ? { all: latency(20) } : {},
    boots: undefined,
    ...changes,
  }
}

const boots = (round: number, p50: number) =>
  phase('boots', round, {
    users: {
      ironic: counters({ selects: 400, busySeconds: 0.6, cpuSeconds: 0.3 }),
      bootring: counters({ selects: 1020, rowsRead: 1500, cpuSeconds: 0.1 }),
    },
    cpuSeconds: cpu({ database: 1.5, ironic: 3, others: 1, 'bootring api': 1, 'bootring conductor': 0.5 }),
    latencies: { all: latency(p50) },
    boots: { ...latency(5), requests: 500, errors: 0 },
  })

function results(changes: Partial<AttachedResults> = {}): AttachedResults {
  const options = parseAttachedOptions([])
  if (options === undefined) throw new Error('no options')
  const phases = [
    phase('rest', 1),
    ...[1, 2].flatMap((round) => [
      phase('ironic', round, { latencies: { all: latency(20 * round) } }),
      phase('beside', round, { latencies: { all: latency(22) } }),
      boots(round, 60),
    ]),
    phase('copies', 1, { users: { ironic: counters(), bootring: counters({ selects: 30 }) } }),
  ]
  return {
    date: '2030-01-02T03:04:05.000Z',
    options,
    machine: { cores: 2, cpu: 'Some <CPU> & more', memoryGib: 4, kernel: '6', node: '24', nginx: '1', wrk: '4' },
    mariadb: '10.11.6',
    processes: 5,
    phases,
    costs: [costOf('lookup', 10, counters({ selects: 100, cpuSeconds: 0.01 }))],
    pooled: { ironic: latency(30), beside: latency(22), boots: latency(60) },
    stillWaiting: 50,
    ...changes,
  }
}

describe('figures', () => {
  it('take what bootring asks anyway from a boot, and compare phases of the same round', () => {
    const figures = figuresOfAttached(results())
    expect(figures.boot.boots).toMatchObject({ requests: 1000, statements: 2, rowsRead: 3, microseconds: 200 })
    expect(figures.boot.fast).toBeUndefined()
    expect(figures.rest).toEqual({ ironic: 40, bootring: 2 })
    expect(figures.ironicUnderLoad).toBe(40)
    expect(figures.copies).toBe(3)
    expect(figures.sessions).toMatchObject({ ironic: { bootring: 0 }, beside: { ironic: 9, bootring: 7 } })
    expect(figures.latency.beside.p50).toMatchObject({ min: 0.55, max: 1.1 })
    expect(figures.latency.boots.p50).toMatchObject({ min: 1.5, max: 3 })
    expect(figures.cpuPart.boots.median).toBeCloseTo(0.25)
    expect(figures.ironicStatements.beside).toEqual({ median: 40, min: 40, max: 40 })
    expect(figures.ironicStatement.beside.median).toBeCloseTo(1)
    expect(figures.ironicStatement.boots.median).toBeCloseTo(1.5)
    expect(figures.cpuOfThousandBoots.counted).toBeCloseTo(0.2)
    expect(figures.cpuOfThousandBoots.more.median).toBeCloseTo(1)
    expect(figures.bootringMicroseconds).toEqual({ api: 2000, conductor: 1000 })
    expect(figures.othersShare.median).toBeCloseTo(1 / 5)
    expect(figures.busyShare).toMatchObject({ median: 0.25 })
  })

  it('need the phase at rest', () => {
    const { phases } = results()
    expect(() => figuresOfAttached(results({ phases: phases.slice(1) }))).toThrow('at rest')
  })
})

describe('the report', () => {
  it('names machine, figures, and what is noise', () => {
    const text = attachedReport(results(), 'x.svg')
    for (const words of [
      '2030-01-02, seed 1',
      'Some <CPU> & more',
      'MariaDB 10.11.6',
      '(x.svg)',
      'A boot takes 2.00 statements',
      'Nothing is written',
      'bootring adds 5.0 % to the one and 5.0 % to the other',
      '0.83 (0.55–1.10) times as long (longer in 1 of 2 rounds)',
      '2.25 (1.50–3.00) times as long (longer in 2 of 2 rounds)',
      'Ironic: look-up by an agent',
      '5.0 times as many statements',
      '50 of the 50 waiting nodes',
    ]) {
      expect(text).toContain(words)
    }
    expect(text).not.toMatch(/undefined|NaN|Infinity/)
    expect(attachedReport(results())).not.toContain('![')
  })

  it('would say that something was written', () => {
    const { phases } = results()
    const changed = phases.map((one) =>
      one.kind === 'boots' ? { ...one, users: { ...one.users, bootring: counters({ selects: 9, writes: 500 }) } } : one,
    )
    expect(attachedReport(results({ phases: changed }))).not.toContain('Nothing is written')
  })
})

describe('the plot', () => {
  const svg = attachedPlot(results())

  it('shows three phases in three panels, with statements by user', () => {
    expect(svg.match(/<rect class="ironic" x="[^"]+" y="[^"]+" width="[^"]+" height="22"/g)).toHaveLength(9)
    expect(svg.match(/<rect class="bootring" x="[^"]+" y="[^"]+" width="[^"]+" height="22"/g)).toHaveLength(3)
    expect(svg.match(/class="whisker"/g)).toHaveLength(6)
    expect(svg).not.toMatch(/undefined|NaN|Infinity/)
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

describe('options', () => {
  it('have defaults, shorter ones when it must be quick', () => {
    expect(parseAttachedOptions([])).toMatchObject({ nodes: 200, waiting: 50, rounds: 6, release: 'debian' })
    expect(parseAttachedOptions(['--quick', '--release', 'newest'])).toMatchObject({ rounds: 1, release: 'newest' })
    expect(parseAttachedOptions(['--help'])).toBeUndefined()
  })

  it.each([['--rounds=0'], ['--release=oldest'], ['--boots=x'], ['--seconds=1'], ['--unknown'], ['word']])(
    'refuse %s',
    (argument) => {
      expect(() => parseAttachedOptions([argument])).toThrow()
    },
  )
})
