import { describe, expect, it } from 'vitest'
import { type Event, type History, violations } from './safety/history.ts'
import { times } from './safety/sim-conductor.ts'
import { mayBoot, Simulation } from './safety/simulation.ts'
import { withoutFence } from './safety/without-fence.ts'

/*
 * Hours of a fleet in which something breaks all the time, on a simulated clock: real conductors and stores on a real
 * database, whose history is checked afterwards. BOOTRING_SAFETY_SEED and BOOTRING_SAFETY_HOURS choose another one.
 */

const { BOOTRING_SAFETY_HOURS: hoursText, BOOTRING_SAFETY_SEED: seedText } = process.env
const seeds = seedText === undefined ? [1, 2, 3, 4] : [Number(seedText)]
const hours = Number(hoursText ?? 1)

describe('a fleet in which something breaks all the time', () => {
  it.each(seeds)(
    'keeps its locks and serves no stale script (seed %i)',
    async (seed) => {
      const outcome = await Simulation.run({ seed, hours })
      const { faults, history, longestDeadLockSeconds, requests, unsettled } = outcome
      const found = violations(history, mayBoot)
      expect(found, `BOOTRING_SAFETY_SEED=${seed}`).toEqual([])
      expect(unsettled, `BOOTRING_SAFETY_SEED=${seed}`).toEqual([])
      // Silent for the time-out, then seen with the next look of a conductor that has been heard itself for a while.
      const { heartbeatSeconds, heartbeatTimeoutSeconds, membershipSeconds } = times
      const retiredWithin = heartbeatTimeoutSeconds + 2 * heartbeatSeconds + 2 * membershipSeconds + 60
      expect(longestDeadLockSeconds, `BOOTRING_SAFETY_SEED=${seed}`).toBeLessThan(retiredWithin)
      // Otherwise all of that would say little.
      expect(requests).toBeGreaterThan(1000 * hours)
      expect(history.scripts.length).toBeGreaterThan(requests / 6)
      expect(history.events.filter(({ kind }) => kind === 'released').length).toBeGreaterThan(50 * hours)
      expect(Object.keys(faults).length).toBeGreaterThan(8)
    },
    600_000,
  )

  it('goes the same way with the same seed', { timeout: 600_000 }, async () => {
    const [one, other] = [await Simulation.run({ seed: 7, hours: 0.2 }), await Simulation.run({ seed: 7, hours: 0.2 })]
    const steps = ({ history }: typeof one) => history.events.map(({ at, kind }) => [at, kind])
    expect(steps(other)).toEqual(steps(one))
    expect(other.history.scripts).toEqual(one.history.scripts)
  })

  it('is caught when writes are not fenced', { timeout: 600_000 }, async () => {
    const found: string[] = []
    // The first of these shows it by itself, until the order of things changes.
    for (let seed = 5; found.length === 0 && seed <= 40; seed += 1) {
      const { history } = await Simulation.run({ seed, hours: 0.3, reservations: withoutFence })
      found.push(...violations(history, mayBoot))
    }
    expect(found[0]).toMatch(/under a session that was over|which task \d+ held/)
  })
})

describe('the rules of a history', () => {
  const session = (at: number, hostname: string, token: string): Event => ({
    at,
    kind: 'session begins',
    hostname,
    token,
  })
  const task = (at: number, kind: 'reserved' | 'released', hostname: string, token: string, number: number): Event => ({
    at,
    kind,
    node: 'n',
    hostname,
    token,
    task: number,
  })
  const found = (events: Event[], scripts: History['scripts'] = []) => violations({ events, scripts }, mayBoot)

  it('one task after the other, also after a restart', () => {
    const events = [
      session(0, 'a', 'a1'),
      session(0, 'b', 'b1'),
      task(1, 'reserved', 'a', 'a1', 1),
      task(2, 'released', 'a', 'a1', 1),
      task(3, 'reserved', 'b', 'b1', 2),
      session(4, 'b', 'b2'),
      task(5, 'reserved', 'a', 'a1', 3),
    ]
    expect(found(events)).toEqual([])
  })

  it('no two holders', () => {
    const events = [
      session(0, 'a', 'a1'),
      session(0, 'b', 'b1'),
      task(1, 'reserved', 'a', 'a1', 1),
      task(2, 'reserved', 'b', 'b1', 2),
    ]
    expect(found(events)).toEqual(['at 2 ms task 2 of b has reserved node n while task 1 of a held it'])
  })

  it('no second task of the same conductor either, and none that ends that of another', () => {
    const events = [
      session(0, 'a', 'a1'),
      task(1, 'reserved', 'a', 'a1', 1),
      task(2, 'reserved', 'a', 'a1', 2),
      task(3, 'released', 'a', 'a1', 1),
    ]
    expect(found(events)).toEqual([
      'at 2 ms task 2 of a has reserved node n while task 1 of a held it',
      'at 3 ms task 1 of a has released node n, which task 2 held',
    ])
  })

  it('nothing written under a session that is over', () => {
    const events: Event[] = [
      session(0, 'a', 'a1'),
      task(1, 'reserved', 'a', 'a1', 1),
      { at: 2, kind: 'session ends', hostname: 'a' },
      session(3, 'a', 'a2'),
      task(4, 'released', 'a', 'a1', 1),
    ]
    expect(found(events)).toEqual([
      'at 4 ms task 1 of a has released node n under a session that was over',
      'at 4 ms task 1 of a has released node n, which nobody held',
    ])
  })

  it('no script for a node that had left the allowed states before the request', () => {
    const events: Event[] = [
      { at: 0, kind: 'state', node: 'n', state: 'wait call-back' },
      { at: 10, kind: 'state', node: 'n', state: 'active' },
      { at: 20, kind: 'state', node: 'n', state: 'clean wait' },
    ]
    const scripts = [
      { node: 'n', beganAt: 5, endedAt: 15 },
      { node: 'n', beganAt: 12, endedAt: 21 },
      { node: 'n', beganAt: 12, endedAt: 19 },
    ]
    expect(found(events, scripts)).toEqual(['a script was served from 12 to 19 ms for node n, which might not boot'])
  })
})
