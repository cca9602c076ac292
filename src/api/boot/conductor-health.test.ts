import { describe, expect, it } from 'vitest'
import { ConductorHealth } from './conductor-health.ts'

const order = ['one', 'two', 'three']

function healthAt() {
  const clock = { now: 0 }
  return { clock, health: new ConductorHealth(() => clock.now) }
}

describe('ConductorHealth', () => {
  it('changes nothing while nobody fails', () => {
    const { health } = healthAt()
    expect(health.candidates(order)).toEqual({ order, trial: false })
    health.answered('two')
    expect(health.candidates(order).order).toBe(order)
    expect(health.suspended).toBe(0)
  })

  it('puts one that has just failed last, and leaves none out', () => {
    const { health } = healthAt()
    health.failed('one')
    expect(health.candidates(order)).toEqual({ order: ['two', 'three', 'one'], trial: false, passedBy: 'failed' })
    health.failed('two')
    health.failed('three')
    expect(health.candidates(order).order).toEqual(order)
    expect(health.suspended).toBe(3)
  })

  it('lets one request try it after a while, and the others only when that succeeds', () => {
    const { clock, health } = healthAt()
    health.failed('one')
    clock.now = 1_000
    expect(health.candidates(order)).toEqual({ order, trial: true })
    expect(health.candidates(order)).toEqual({ order: ['two', 'three', 'one'], trial: false, passedBy: 'failed' })
    health.answered('one')
    expect(health.candidates(order)).toEqual({ order, trial: false })
  })

  it('makes no trial of one that would not be asked first', () => {
    const { clock, health } = healthAt()
    health.failed('two')
    clock.now = 60_000
    expect(health.candidates(order)).toEqual({ order: ['one', 'three', 'two'], trial: false })
    expect(health.candidates(['two', 'one'])).toEqual({ order: ['two', 'one'], trial: true })
  })

  it('waits twice as long after each trial that fails, up to 15 seconds', () => {
    const { clock, health } = healthAt()
    health.failed('one')
    const waits: number[] = []
    for (let i = 0; i < 6; i++) {
      const since = clock.now
      while (!health.candidates(order).trial) clock.now += 100
      waits.push(clock.now - since)
      health.failed('one')
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  })

  it('takes the failures of calls that were under way for one', () => {
    const { clock, health } = healthAt()
    for (let i = 0; i < 50; i++) health.failed('one')
    clock.now = 1_000
    health.failed('one', -1)
    expect(health.candidates(order).trial).toBe(true)
    // Not the trial's.
    health.failed('one', -1)
    expect(health.candidates(order).trial).toBe(false)
    health.failed('one', 1_000)
    clock.now = 3_000
    expect(health.candidates(order).trial).toBe(true)
  })

  it('takes none for gone that has answered since it was asked in vain', () => {
    const { clock, health } = healthAt()
    const told: string[] = []
    health.whileWaitingFor('one', () => told.push('a'))
    clock.now = 10
    health.answered('one')
    clock.now = 2_000
    health.failed('one', 0)
    expect([health.suspended, told]).toEqual([0, []])
    health.failed('one', 11)
    expect([health.suspended, told]).toEqual([1, ['a']])
  })

  it('takes one that others overtake again and again for gone, unless it answers', () => {
    const { health } = healthAt()
    health.overtaken('one')
    health.overtaken('one')
    health.answered('one')
    health.overtaken('one')
    health.overtaken('one')
    expect(health.suspended).toBe(0)
    health.overtaken('one')
    expect(health.candidates(order).order).toEqual(['two', 'three', 'one'])
  })

  it('takes being overtaken for the failure of a trial', () => {
    const { clock, health } = healthAt()
    health.failed('one')
    clock.now = 1_000
    health.candidates(order)
    health.overtaken('one')
    expect(health.candidates(order)).toMatchObject({ order: ['two', 'three', 'one'], passedBy: 'late' })
    clock.now = 2_500
    expect(health.candidates(order).trial).toBe(false)
  })

  it('tells those who wait for it, until they let go', () => {
    const { health } = healthAt()
    const told: string[] = []
    health.whileWaitingFor('one', () => told.push('a'))
    const letGo = health.whileWaitingFor('one', () => told.push('b'))
    health.whileWaitingFor('two', () => told.push('c'))
    letGo()
    health.failed('one')
    expect(told).toEqual(['a'])
  })

  it('forgets those that nobody asks any more', () => {
    const { clock, health } = healthAt()
    health.failed('gone')
    clock.now = 300_000
    expect(health.suspended).toBe(1)
    clock.now = 1_000_000
    expect(health.suspended).toBe(0)
    health.failed('gone')
    clock.now = 2_000_000
    health.candidates(order)
    expect(health.candidates(order).order).toBe(order)
  })
})
