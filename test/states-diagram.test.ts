import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { provisionStates } from '../src/model/provision-states.ts'
import { transitions } from '../src/model/transitions.ts'
import { statesDiagram } from '../tools/states-diagram.ts'

describe('docs/states.svg', () => {
  it('is made from the table; node tools/reference.ts makes it anew', () => {
    expect(readFileSync(new URL('../docs/states.svg', import.meta.url), 'utf8')).toBe(statesDiagram())
  })

  it('shows every transition once, and none besides', () => {
    const shown = [...statesDiagram().matchAll(/data-transition="(.*?)"/g)].flatMap(([, names = '']) =>
      names.split('; '),
    )
    expect(shown.sort()).toEqual(transitions.map(({ event, from, to }) => `${from} / ${event} / ${to}`).sort())
  })

  it('leaves out those states only that nothing leads to', () => {
    const reached = new Set<string>(transitions.flatMap(({ from, to }) => [from, to]))
    expect(provisionStates.filter((state) => !reached.has(state))).toEqual([
      'deploy wait',
      'deploy complete',
      'deleted',
      'rebuild',
    ])
  })
})
