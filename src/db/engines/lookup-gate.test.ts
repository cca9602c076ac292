import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BootringError } from '../../model/errors.ts'
import type { Translate } from '../translate.ts'
import { LookupGate } from './lookup-gate.ts'

const translate: Translate = (error) =>
  error instanceof TypeError || error instanceof BootringError
    ? error
    : new BootringError('DatabaseUnavailable', (error as Error).message)

/** A database that answers when the test says so. */
function fixture(atOnce = 2) {
  const asked: { allowedMilliseconds: number; answer: (text: string) => void; fail: (error: Error) => void }[] = []
  const state = { silences: 0 }
  const onSilence = () => {
    state.silences += 1
  }
  const gate = new LookupGate({ atOnce, timeoutSeconds: 1, translate, onSilence }, () => Date.now())
  const outcomes: string[] = []
  const run = () => {
    const index = outcomes.push('…') - 1
    const ask = (allowedMilliseconds: number) =>
      new Promise<string>((answer, fail) => {
        asked.push({ allowedMilliseconds, answer, fail })
      })
    gate.run(ask).then(
      (text) => {
        outcomes[index] = text
      },
      (error: BootringError) => {
        outcomes[index] = error.code ?? error.name
      },
    )
  }
  const pass = async (milliseconds: number) => {
    await vi.advanceTimersByTimeAsync(milliseconds)
    await nextTurn()
  }
  return { asked, outcomes, pass, run, state }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('LookupGate', () => {
  it('sends so many at once, and the others in turn, with what is left of their time', async () => {
    const { asked, outcomes, pass, run } = fixture()
    for (let i = 0; i < 4; i += 1) run()
    expect(asked).toHaveLength(2)
    await pass(400)
    asked[1]?.answer('second')
    await pass(0)
    expect(asked.map(({ allowedMilliseconds }) => allowedMilliseconds)).toEqual([1100, 1100, 700])
    asked[0]?.answer('first')
    asked[2]?.answer('third')
    await pass(0)
    asked[3]?.answer('fourth')
    await pass(0)
    expect(outcomes).toEqual(['first', 'second', 'third', 'fourth'])
  })

  it('gives up what is not answered in time, whether it was sent or not', async () => {
    const { asked, outcomes, pass, run } = fixture(1)
    run()
    await pass(500)
    run()
    await pass(499)
    expect(outcomes).toEqual(['…', '…'])
    await pass(2)
    // The second one is told with the first: the database says nothing to anybody.
    expect(outcomes).toEqual(['DatabaseUnavailable', 'DatabaseUnavailable'])
    expect(asked).toHaveLength(1)
  })

  it('lets one at a time find out whether a silent database is back, and the others fail at once', async () => {
    const { asked, outcomes, pass, run, state } = fixture()
    run()
    run()
    await pass(1001)
    expect(state.silences).toBe(1)
    run()
    run()
    run()
    await pass(0)
    expect(asked).toHaveLength(3)
    expect(outcomes.slice(2)).toEqual(['…', 'DatabaseUnavailable', 'DatabaseUnavailable'])
    await pass(1001)
    expect(outcomes[2]).toBe('DatabaseUnavailable')
    run()
    run()
    expect(asked).toHaveLength(4)
    asked[3]?.answer('back')
    await pass(0)
    expect(outcomes.slice(5)).toEqual(['back', 'DatabaseUnavailable'])
    run()
    run()
    // Those that were given up still have their connections, for all the gate knows.
    asked[0]?.fail(new Error('gone'))
    asked[1]?.fail(new Error('gone'))
    asked[2]?.fail(new Error('gone'))
    await pass(0)
    asked.at(-1)?.answer('b')
    asked.at(-2)?.answer('a')
    await pass(0)
    expect(outcomes.slice(7)).toEqual(['a', 'b'])
    expect(state.silences).toBe(1)
  })

  it('does not take a slow database for a silent one', async () => {
    const { asked, outcomes, pass, run, state } = fixture()
    run()
    run()
    await pass(900)
    asked[1]?.answer('slow')
    await pass(101)
    expect(outcomes).toEqual(['DatabaseUnavailable', 'slow'])
    expect(state.silences).toBe(0)
    run()
    run()
    await pass(0)
    expect(outcomes.slice(2)).toEqual(['…', '…'])
  })

  it('does not take one that refuses for a silent one', async () => {
    const { asked, outcomes, pass, run, state } = fixture()
    for (let i = 0; i < 3; i += 1) {
      run()
      asked.at(-1)?.fail(new Error('refused'))
      await pass(0)
      asked.at(-1)?.fail(new Error('refused'))
      await pass(0)
    }
    expect(outcomes).toEqual(Array(3).fill('DatabaseUnavailable'))
    expect(asked).toHaveLength(6)
    expect(state.silences).toBe(0)
  })

  it('asks once more where a connection was lost, and not where the question was wrong', async () => {
    const { asked, outcomes, pass, run } = fixture()
    run()
    await pass(300)
    asked[0]?.fail(new Error('connection lost'))
    await pass(0)
    expect(asked.map(({ allowedMilliseconds }) => allowedMilliseconds)).toEqual([1100, 800])
    asked[1]?.answer('found')
    run()
    asked[2]?.fail(new TypeError('a mistake'))
    await pass(0)
    expect(outcomes).toEqual(['found', 'TypeError'])
    expect(asked).toHaveLength(3)
  })

  it('refuses those for whom there is no room to wait', async () => {
    const { asked, outcomes, pass, run } = fixture(1)
    for (let i = 0; i < 1 + 256 + 3; i += 1) run()
    await pass(0)
    expect(outcomes.filter((outcome) => outcome === 'Overloaded')).toHaveLength(3)
    expect(outcomes.slice(-3)).toEqual(['Overloaded', 'Overloaded', 'Overloaded'])
    asked[0]?.answer('first')
    await pass(0)
    run()
    await pass(0)
    expect(outcomes.at(-1)).toBe('…')
  })
})
