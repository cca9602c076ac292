import { expect, it } from 'vitest'
import { ScriptTraces } from './script-traces.ts'

it('knows the last trace of each node for some minutes, and of no more nodes than it has room for', () => {
  let now = 0
  const traces = new ScriptTraces(() => now)
  traces.note('a', 'first')
  traces.note('b', 'other')
  traces.note('a', 'second')
  expect([traces.of('a'), traces.of('b'), traces.of('c')]).toEqual(['second', 'other', undefined])
  for (let index = 0; index < 4095; index += 1) traces.note(`n${index}`, 'more')
  expect([traces.of('a'), traces.of('b')]).toEqual(['second', undefined])
  now = 3_600_000
  expect(traces.of('a')).toBeUndefined()
})
