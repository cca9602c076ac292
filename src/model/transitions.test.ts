import { describe, expect, it } from 'vitest'
import { waitStates } from './provision-states.ts'
import { allowsEvent, applyEvent, isFailure, isWorkingState, transitions, workingStates } from './transitions.ts'

const node = (provision_state: string | null, target_provision_state: string | null = null) => ({
  uuid: 'n1',
  provision_state,
  target_provision_state,
})

describe('applyEvent', () => {
  it('says the new state, and where that is on its way to', () => {
    expect(applyEvent(node('available'), 'deploy')).toEqual({
      provision_state: 'deploying',
      target_provision_state: 'active',
    })
    expect(applyEvent(node('deploying', 'active'), 'done')).toEqual({
      provision_state: 'active',
      target_provision_state: null,
    })
  })

  it('keeps to another target where it is told one, but at rest there is none', () => {
    expect(applyEvent(node('cleaning', 'manageable'), 'wait', 'manageable')).toEqual({
      provision_state: 'clean wait',
      target_provision_state: 'manageable',
    })
    expect(applyEvent(node('cleaning', 'manageable'), 'manage', 'manageable')).toEqual({
      provision_state: 'manageable',
      target_provision_state: null,
    })
  })

  it('takes what old releases have stored for available', () => {
    expect(allowsEvent(node(null), 'deploy')).toBe(true)
    expect(applyEvent(node(null), 'manage').provision_state).toBe('manageable')
  })

  it('refuses what the state does not know, and states that nobody knows', () => {
    const refused = expect.objectContaining({
      code: 'InvalidStateRequested',
      message: expect.stringContaining('"clean" can not be performed on node "n1" while it is in state "active"'),
    })
    expect(() => applyEvent(node('active'), 'clean')).toThrow(refused)
    for (const state of ['no such state', 'constructor', '__proto__']) {
      expect(() => applyEvent(node(state), 'manage')).toThrow(/InvalidStateRequested|can not be performed/)
    }
  })
})

describe('the table', () => {
  const reach = (from: string): Set<string> => {
    const reached = new Set([from])
    for (const state of reached) for (const one of transitions) if (one.from === state) reached.add(one.to)
    return reached
  }

  it('leads from every state back to manageable', () => {
    const states = new Set(transitions.flatMap(({ from, to }) => [from, to]))
    for (const state of states) expect(reach(state), state).toContain('manageable')
  })

  it('lets every work end well, and fail', () => {
    for (const state of workingStates) {
      const ends = transitions.filter(({ from }) => from === state)
      expect(ends.some(({ event }) => event === 'fail')).toBe(true)
      expect(ends.some(({ event, to }) => event !== 'fail' && !waitStates.has(to))).toBe(true)
    }
  })

  it('lets every wait go on, fail, and be aborted', () => {
    for (const state of waitStates) {
      const events = transitions.filter(({ from }) => from === state).map(({ event }) => event)
      expect(events, state).toEqual(expect.arrayContaining(['resume', 'fail', 'abort']))
    }
  })
})

it('knows working states and failures', () => {
  expect(isWorkingState('deploying')).toBe(true)
  expect(isWorkingState('wait call-back')).toBe(false)
  expect(isWorkingState(null)).toBe(false)
  expect(isFailure('clean failed')).toBe(true)
  expect(isFailure('error')).toBe(true)
  expect(isFailure('active')).toBe(false)
})
