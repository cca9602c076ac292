import { expect, it } from 'vitest'
import type { ErrorCode } from '../../model/errors.ts'
import { DegradedConductors } from './degraded-conductors.ts'

const failed = (conductor: string, code: ErrorCode, timedOut = false) => ({
  conductor,
  milliseconds: 1,
  error: { code, message: '', timedOut },
})

function fixture() {
  const clock = { now: 0 }
  return { clock, degraded: new DegradedConductors(() => clock.now) }
}

it('holds for a fleet once all of it has failed, by one request or by several', () => {
  const { degraded } = fixture()
  expect(degraded.areAll(['a'])).toBe(false)
  degraded.note([failed('a', 'DatabaseUnavailable'), failed('b', 'ConductorUnreachable', true)])
  expect(degraded.areAll(['a', 'b'])).toBe(true)
  expect(degraded.areAll(['a', 'b', 'c'])).toBe(false)
  degraded.note([failed('c', 'Overloaded')])
  expect(degraded.areAll(['a', 'b', 'c'])).toBe(true)
  expect(degraded.areAll([])).toBe(false)
})

it('is over a short time after the last failure', () => {
  const { clock, degraded } = fixture()
  degraded.note([failed('a', 'Overloaded'), failed('b', 'Overloaded')])
  clock.now = 2000
  degraded.note([failed('a', 'Overloaded')])
  clock.now = 3000
  expect(degraded.areAll(['a', 'b'])).toBe(true)
  clock.now = 3001
  expect(degraded.areAll(['a', 'b'])).toBe(false)
  expect(degraded.areAll(['a'])).toBe(true)
})

it('takes no failure of a node for one of a conductor', () => {
  const { degraded } = fixture()
  degraded.note([failed('a', 'TemplateFailed'), { conductor: 'b', milliseconds: 1 }])
  expect(degraded.areAll(['a'])).toBe(false)
  expect(degraded.areAll(['b'])).toBe(false)
})
