import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Admission, type AdmissionOptions } from './admission.ts'

function gate(options: Partial<AdmissionOptions> = {}) {
  const admission = new Admission({ limit: () => 2, maxWaiting: 2, maxWaitMilliseconds: 60_000, ...options })
  const events: string[] = []
  const leaves = new Map<string, () => void>()
  const ask = (name: string) => {
    const leave = admission.ask({
      start: () => events.push(`${name} in`),
      refuse: () => events.push(`${name} refused`),
    })
    leaves.set(name, leave)
    return leave
  }
  const leave = (name: string) => leaves.get(name)?.()
  return { admission, events, ask, leave }
}

describe('Admission', () => {
  it('lets in up to the limit, has some wait in their order, and refuses the rest at once', () => {
    const { admission, ask, events, leave } = gate()
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name)
    expect(events).toEqual(['a in', 'b in', 'e refused'])
    expect([admission.inFlight, admission.waiting]).toEqual([2, 2])
    leave('b')
    leave('a')
    expect(events.slice(3)).toEqual(['c in', 'd in'])
    leave('c')
    leave('d')
    expect([admission.inFlight, admission.waiting]).toEqual([0, 0])
  })

  it('counts who leaves twice once', () => {
    const { admission, ask, leave } = gate()
    ask('a')
    ask('b')
    leave('a')
    leave('a')
    expect(admission.inFlight).toBe(1)
  })

  it('lets nobody pass those that wait', () => {
    const { ask, events, leave } = gate({ limit: () => 1 })
    ask('a')
    ask('b')
    leave('a')
    ask('c')
    expect(events).toEqual(['a in', 'b in'])
  })

  it('refuses those that have waited too long', async () => {
    const { admission, ask, events } = gate({ maxWaitMilliseconds: 1 })
    for (const name of ['a', 'b', 'c']) ask(name)
    await expect.poll(() => events, { timeout: 20_000 }).toEqual(['a in', 'b in', 'c refused'])
    expect(admission.waiting).toBe(0)
  })

  it('forgets who went away while waiting', () => {
    const { ask, events, leave } = gate({ limit: () => 1 })
    ask('a')
    ask('b')()
    ask('c')
    leave('a')
    expect(events).toEqual(['a in', 'c in'])
  })

  it('lets those that wait in when the limit rises, though nobody leaves', async () => {
    let limit = 1
    const { ask, events } = gate({ limit: () => limit })
    ask('a')
    ask('b')
    expect(events).toEqual(['a in'])
    limit = 2
    await expect.poll(() => events, { timeout: 20_000 }).toEqual(['a in', 'b in'])
  })

  it('begins only so many in one turn of the event loop, and goes on in the next', async () => {
    const { ask, events } = gate({ limit: () => 100, maxWaiting: 100, startsPerTurn: 2 })
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name)
    expect(events).toEqual(['a in', 'b in'])
    await turn()
    expect(events).toEqual(['a in', 'b in', 'c in', 'd in'])
    await turn()
    expect(events).toHaveLength(5)
  })

  it('goes on while the limit is never reached, as each applicant leaves at once', async () => {
    const admission = new Admission({ limit: () => 8, maxWaiting: 1000, maxWaitMilliseconds: 60_000, startsPerTurn: 3 })
    let started = 0
    for (let i = 0; i < 100; i += 1) {
      const leave = admission.ask({
        start() {
          started += 1
          queueMicrotask(() => leave())
        },
        refuse: () => expect.unreachable(),
      })
    }
    expect(started).toBe(3)
    await expect.poll(() => started, { timeout: 20_000 }).toBe(100)
    expect(admission.inFlight).toBe(0)
  })
})
