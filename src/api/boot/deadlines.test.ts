import { describe, expect, it } from 'vitest'
import { Deadlines } from './deadlines.ts'

describe('Deadlines', () => {
  it('expires those that are not met, the earliest first, whatever order they came in', async () => {
    const deadlines = new Deadlines()
    const expired: string[] = []
    const now = performance.now()
    const last = Promise.withResolvers<void>()
    const add = (name: string, milliseconds: number, then?: () => void) => {
      const deadline = {
        expiresAt: now + milliseconds,
        expire: () => {
          expired.push(name)
          then?.()
        },
      }
      deadlines.add(deadline)
      return deadline
    }
    add('third', 900)
    add('first', 100, () => add('second', 500))
    const met = add('met', 300)
    add('last', 1300, last.resolve)
    deadlines.remove(met)
    await Promise.all([last.promise, new Promise((resolve) => setTimeout(resolve, 1400))])
    expect(expired).toEqual(['first', 'second', 'third', 'last'])
  })

  it('expires one that is over already, but not before add returns', async () => {
    const expired = Promise.withResolvers<void>()
    let returned = false
    new Deadlines().add({
      expiresAt: performance.now() - 1,
      expire: () => (returned ? expired.resolve() : expired.reject()),
    })
    returned = true
    // The watch itself does not keep a process alive.
    const alive = setTimeout(() => {}, 10_000)
    await expired.promise
    clearTimeout(alive)
  })
})
