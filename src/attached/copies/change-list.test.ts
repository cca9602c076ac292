import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChangeList } from './change-list.ts'

const list = (maxRemovals = 100, maxWaiting = 10) =>
  new ChangeList<string>({ batchMilliseconds: 1, maxRemovals, maxWaiting })

/** Somebody who follows a list, as peers do. */
class Follower {
  readonly known = new Map<string, string>()
  #epoch = ''
  #since = 0
  #listed: Set<string> | undefined

  follow(from: ChangeList<string>, limit = 1000): boolean {
    const { more, next, removed, restarted, set } = from.changes(this.#epoch, this.#since, limit)
    if (restarted) this.#listed = new Set()
    for (const key of removed) this.known.delete(key)
    for (const value of set) {
      const key = value.slice(0, 1)
      this.known.set(key, value)
      this.#listed?.add(key)
    }
    this.#epoch = from.epoch
    this.#since = next
    if (!more && this.#listed !== undefined) {
      for (const key of this.known.keys()) if (!this.#listed.has(key)) this.known.delete(key)
      this.#listed = undefined
    }
    return more
  }
}

describe('ChangeList', () => {
  it('tells changes and removals after a number, and all to whoever comes from elsewhere', () => {
    const changes = list()
    changes.set('a', 'a1')
    changes.set('b', 'b1')
    const first = changes.changes('', 0, 10)
    expect(first).toMatchObject({ restarted: true, set: ['a1', 'b1'], removed: [], more: false })
    changes.set('a', 'a2')
    changes.delete('b')
    changes.delete('never there')
    expect(changes.changes(changes.epoch, first.next, 10)).toMatchObject({
      restarted: false,
      set: ['a2'],
      removed: ['b'],
      more: false,
    })
    expect(changes.changes('other', first.next, 10)).toMatchObject({ restarted: true, set: ['a2'], removed: [] })
    expect(changes.changes(changes.epoch, 9999, 10)).toMatchObject({ restarted: true })
  })

  it('begins anew for whoever missed a removal that is forgotten', () => {
    const changes = list(2)
    const { next } = changes.changes('', 0, 10)
    for (const key of ['a', 'b', 'c']) changes.set(key, `${key}1`)
    for (const key of ['a', 'b', 'c']) changes.delete(key)
    expect(changes.changes(changes.epoch, next, 10)).toMatchObject({ restarted: true, set: [], removed: [] })
  })

  it('lets followers know what there is, however it changes while they follow in parts', () => {
    const step = fc.record({
      key: fc.constantFrom(...'abcdefgh'),
      gone: fc.boolean(),
      limit: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (steps, maxRemovals) => {
        const changes = list(maxRemovals)
        const follower = new Follower()
        const truth = new Map<string, string>()
        steps.forEach(({ gone, key, limit }, number) => {
          if (gone) {
            truth.delete(key)
            changes.delete(key)
          } else {
            truth.set(key, `${key}${number}`)
            changes.set(key, `${key}${number}`)
          }
          if (number % 3 === 0) follower.follow(changes, limit)
        })
        while (follower.follow(changes, 2));
        expect(follower.known).toEqual(truth)
        changes.close()
      }),
    )
  })

  it('lets callers wait for the next change, for a time, or not at all', async () => {
    const changes = list(100, 1)
    const { next } = changes.changes('', 0, 10)
    await changes.wait('', 0, 60)
    await changes.wait(changes.epoch, next, 0.01)
    let told = false
    const waiting = changes.wait(changes.epoch, next, 600).then(() => {
      told = true
    })
    expect(changes.full).toBe(true)
    // No more may wait.
    await changes.wait(changes.epoch, next, 600)
    expect(told).toBe(false)
    changes.set('a', 'a1')
    await waiting
    expect(changes.changes(changes.epoch, next, 10).set).toEqual(['a1'])
    await changes.wait(changes.epoch, next, 600)
  })

  it('sends all who wait away when it is closed', async () => {
    const changes = list()
    const { next } = changes.changes('', 0, 10)
    const waiting = changes.wait(changes.epoch, next, 600)
    changes.close()
    await waiting
    await changes.wait(changes.epoch, next, 600)
  })
})
