import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RefusalClock } from './refusal-clock.ts'

/** A machine whose time the test turns on, and which knows how many timers run. */
function handTurned() {
  const timers: { at: number; callback: () => void }[] = []
  const machine = {
    time: 0,
    timers,
    now: () => machine.time,
    after: (milliseconds: number, callback: () => void) => {
      timers.push({ at: machine.time + milliseconds, callback })
    },
    turnTo(time: number) {
      machine.time = time
      for (const timer of timers.splice(0)) {
        if (timer.at <= time) timer.callback()
        else timers.push(timer)
      }
    },
  }
  return machine
}

describe('RefusalClock', () => {
  it('lets all that wait leave at the next multiple of its period', () => {
    const machine = handTurned()
    const clock = new RefusalClock(10, machine)
    const left: string[] = []
    machine.time = 1000.5
    clock.atNextTick(() => left.push('a'))
    machine.time = 1009.9
    clock.atNextTick(() => left.push('b'))
    machine.turnTo(1009.99)
    expect(left).toEqual([])
    machine.turnTo(1010)
    expect(left.toSorted()).toEqual(['a', 'b'])
  })

  it('does not tell by their order which was ready first', () => {
    const machine = handTurned()
    const clock = new RefusalClock(10, machine)
    const first: string[] = []
    for (let tick = 1; tick <= 100; tick += 1) {
      const left: string[] = []
      for (const name of ['a', 'b', 'c']) clock.atNextTick(() => left.push(name))
      machine.turnTo(tick * 10)
      expect(left).toHaveLength(3)
      first.push(left[0] as string)
    }
    expect(new Set(first)).toEqual(new Set(['a', 'b', 'c']))
  })

  it('has one timer for all, and none while nobody waits', () => {
    const machine = handTurned()
    const clock = new RefusalClock(10, machine)
    expect(machine.timers).toHaveLength(0)
    for (let i = 0; i < 1000; i += 1) clock.atNextTick(() => {})
    expect(machine.timers).toHaveLength(1)
    machine.turnTo(10)
    expect(machine.timers).toHaveLength(0)
  })

  it('makes who leaves wait for a later tick when asked again meanwhile', () => {
    const machine = handTurned()
    const clock = new RefusalClock(10, machine)
    let ticks = 0
    const again = () => {
      ticks += 1
      clock.atNextTick(again)
    }
    clock.atNextTick(again)
    machine.turnTo(10)
    expect(ticks).toBe(1)
    machine.turnTo(20)
    expect(ticks).toBe(2)
  })

  it('gives work of different length the same instant, unless a tick lies between', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9998 }), fc.integer({ min: 0, max: 9999 }), (quick, slow) => {
        const leavesAt = (readyMicroseconds: number) => {
          const machine = handTurned()
          machine.time = 50_000 + readyMicroseconds / 1000
          new RefusalClock(10, machine).atNextTick(() => {})
          return machine.timers[0]?.at
        }
        expect(leavesAt(quick)).toBeCloseTo(50_010, 6)
        expect(leavesAt(slow)).toBeCloseTo(50_010, 6)
      }),
    )
  })
})
