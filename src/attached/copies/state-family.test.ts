import { describe, expect, it } from 'vitest'
import { needsBootFiles, provisionStates } from '../../model/provision-states.ts'
import { stateFamily } from './state-family.ts'

describe('stateFamily', () => {
  it.each([
    ['cleaning', 'clean wait'],
    ['deploying', 'wait call-back'],
    ['inspecting', 'inspect wait'],
    ['rescuing', 'rescue wait'],
    ['servicing', 'service wait'],
  ])('is the same while Ironic writes (%s) and while it waits (%s)', (writing, waiting) => {
    const family = stateFamily({ provisionState: writing, deployInterface: 'direct' })
    expect(family).toBeDefined()
    expect(stateFamily({ provisionState: waiting, deployInterface: 'direct' })).toBe(family)
  })

  it('knows every state in which a node needs its files, and none without', () => {
    for (const deployInterface of ['direct', 'ramdisk']) {
      for (const provisionState of provisionStates) {
        const node = { provisionState, deployInterface }
        if (needsBootFiles(node)) expect(stateFamily(node), provisionState).toBeDefined()
      }
    }
    for (const provisionState of ['active', 'available', 'deploy failed', 'clean failed', 'deleting', 'rescue', null]) {
      expect(stateFamily({ provisionState, deployInterface: 'direct' })).toBeUndefined()
    }
  })

  it('counts a diskless machine that is active as deployed: its last file is the one it boots from', () => {
    const deployInterface = 'ramdisk'
    expect(stateFamily({ provisionState: 'active', deployInterface })).toBe(
      stateFamily({ provisionState: 'deploying', deployInterface }),
    )
  })
})
