import { describe, expect, it } from 'vitest'
import { bootDecision, brokenStore, fixedConductors, mac } from '../../../test/support/boot-fakes.ts'
import { LineSink } from '../../../test/support/line-sink.ts'
import { createLogger } from '../../observe/create-logger.ts'
import { LogBudget } from '../../observe/log-budget.ts'
import type { BootDecision } from './boot-decision.ts'
import { DecisionLog } from './decision-log.ts'

/** What is logged of one decision, at debug level. */
async function logged(decision: BootDecision, address = mac, name = 'boot.ipxe') {
  const { log, lines } = start()
  log.write(await decision.decide(address, name, 'req-1'), 1.23456, '192.0.2.9')
  return lines[0]
}

function start(budget = new LogBudget(100, 100)) {
  const sink = new LineSink()
  const log = new DecisionLog(createLogger({ level: 'debug', format: 'json', destination: sink }), budget)
  return { log, lines: sink.lines }
}

describe('DecisionLog', () => {
  it('says at debug level what was served', async () => {
    expect(await logged(bootDecision())).toMatchObject({
      level: 'debug',
      msg: 'boot file served',
      requestId: 'req-1',
      client: '192.0.2.9',
      mac,
      conductor: 'one',
    })
  })

  it('warns of what is served without the word of the database, at any level', async () => {
    const sink = new LineSink()
    const log = new DecisionLog(
      createLogger({ level: 'info', format: 'json', destination: sink }),
      new LogBudget(100, 100),
    )
    const served = await bootDecision().decide(mac, 'boot.ipxe', 'req-1')
    log.write(served, 1, '192.0.2.9')
    if (served.outcome === 'served') log.write({ ...served, staleSeconds: 1.23456 }, 1, '192.0.2.9')
    expect(sink.lines).toMatchObject([
      { level: 'warn', msg: 'boot file served again: the database is away', mac, staleSeconds: 1.235 },
    ])
  })

  it('says of a refusal why, and whom it asked', async () => {
    expect(await logged(bootDecision({ conductors: fixedConductors({}) }))).toMatchObject({
      level: 'info',
      msg: 'boot refused',
      code: 'ConductorUnreachable',
      conductors: ['one', 'two'],
      attempts: [{ conductor: 'one', error: { code: 'ConductorUnreachable' } }, { conductor: 'two' }],
      milliseconds: 1.235,
    })
  })

  it('warns of what says nothing of a node, and calls a mistake of our own an error, with its cause', async () => {
    expect(await logged(bootDecision({ nodes: brokenStore() }))).toMatchObject({
      level: 'warn',
      code: 'DatabaseUnavailable',
    })
    expect(await logged(bootDecision({ nodes: brokenStore(new TypeError('a mistake')) }))).toMatchObject({
      level: 'error',
      code: 'Internal',
      err: { type: 'TypeError', message: 'a mistake' },
    })
  })

  it('cuts short what a client sent', async () => {
    const line = await logged(bootDecision(), 'm'.repeat(10_000), 'n'.repeat(10_000))
    expect(line?.mac).toBe(`${'m'.repeat(64)}…`)
    expect(line?.file).toBe(`${'n'.repeat(64)}…`)
  })

  it('rations refusals, and says how many it left out', async () => {
    let now = 0
    const { log, lines } = start(new LogBudget(1, 2, () => now))
    const refusal = await bootDecision().decide('no-mac', 'boot.ipxe', 'req-1')
    for (let i = 0; i < 10; i += 1) log.write(refusal, 0, undefined)
    expect(lines).toHaveLength(2)
    now = 1000
    log.write(refusal, 0, undefined)
    expect(lines.map((line) => line.suppressed)).toEqual([undefined, undefined, 8])
  })
})
