import { expect, it } from 'vitest'
import { hasPassed } from '../../storm/result.ts'
import { runScenario } from '../../storm/run-scenario.ts'
import { everything } from '../../storm/scenarios/everything.ts'
import { describeInLab } from '../lab/require-lab.ts'

describeInLab('a short storm', () => {
  it('loses no boot to any of the faults, one after the other', { timeout: 480_000 }, async () => {
    const said: string[] = []
    const result = await runScenario(
      everything,
      {
        scenarios: [everything.name],
        machines: 1500,
        seconds: 100,
        conductors: 3,
        realMachines: 1,
        database: 'postgresql',
        seed: 1,
        bootsPerSecond: undefined,
        results: 'test',
      },
      (words) => said.push(words),
    )
    const { begun, done, lost } = result.figures.all
    expect({ begun, done, lost, reasons: result.figures.reasons }, said.join('\n')).toEqual({
      begun: 1500,
      done: 1500,
      lost: 0,
      reasons: {},
    })
    // The faults were there, and machines met them.
    expect(result.figures.all.retried).toBeGreaterThan(0)
    expect(Object.keys(result.figures.byConductor).length).toBeGreaterThanOrEqual(4)
    expect(result.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(result.realBoots).toMatchObject([{ seconds: expect.any(Number) }])
    expect(hasPassed(result)).toBe(true)
  })
})
