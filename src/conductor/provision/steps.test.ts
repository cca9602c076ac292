import { describe, expect, it } from 'vitest'
import { parseSteps, stepsOf } from './steps.ts'

describe('steps that somebody asks for', () => {
  it('are read with what they leave out', () => {
    expect(parseSteps([{ interface: 'deploy', step: 'erase_devices' }])).toEqual([
      { interface: 'deploy', step: 'erase_devices', args: {}, priority: 0 },
    ])
    const whole = { interface: 'bios', step: 'apply', args: { settings: [] }, priority: 5 }
    expect(parseSteps([whole])).toEqual([whole])
  })

  it.each([
    [[], 'none is named'],
    [[{ step: 'x' }], 'its interface'],
    [[{ interface: 'network', step: 'x' }], 'its interface'],
    [[{ interface: 'deploy' }], 'it needs a name'],
    [[{ interface: 'deploy', step: 'x', args: [] }], 'args is an object'],
    [[{ interface: 'deploy', step: 'x', when: 'now' }], '"when" is not known'],
  ])('%j are refused', (steps, message) => {
    const refusal = { code: 'InvalidParameter', message: expect.stringContaining(message) }
    expect(() => parseSteps(steps)).toThrow(expect.objectContaining(refusal))
  })

  it('come out of the row as they went in', () => {
    const steps = parseSteps([{ interface: 'deploy', step: 'erase_devices', args: { all: true } }])
    expect(stepsOf({ clean_steps: JSON.parse(JSON.stringify(steps)) }, 'clean_steps')).toEqual(steps)
    expect(stepsOf({}, 'clean_steps')).toEqual([])
    expect(stepsOf({ clean_steps: null }, 'clean_steps')).toEqual([])
  })
})
