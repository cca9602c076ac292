import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { refusal } from '../../../test/support/refusal.ts'
import { restingPowerState } from '../../drivers/power/switch-power.ts'
import { provisionStates } from '../../model/provision-states.ts'
import type { NodeRecord } from '../../model/records.ts'
import { checkedBootMode, checkMayChangeFirmware } from './boot-mode-rules.ts'
import { checkedPowerAction, isSoft } from './power-rules.ts'
import { checkInstanceTraits, traitsWith, traitsWithout } from './trait-rules.ts'

describe('traits', () => {
  const many = Array.from({ length: 50 }, (_, at) => `CUSTOM_${at}`)

  it('adds or replaces, each once', () => {
    expect(traitsWith('n', ['B'], ['A', 'B', 'A'], false)).toEqual(['A', 'B'])
    expect(traitsWith('n', ['B'], ['A', 'A'], true)).toEqual(['A'])
  })

  it('allows a node 50', () => {
    expect(traitsWith('n', many, ['CUSTOM_1'], false)).toHaveLength(50)
    expect(refusal(() => traitsWith('n', many, ['CUSTOM_NEW'], false))).toBe('InvalidParameter')
    expect(traitsWith('n', many, ['CUSTOM_NEW'], true)).toEqual(['CUSTOM_NEW'])
  })

  it('removes those that are named, or all', () => {
    expect(traitsWithout('n', ['A', 'B'], ['B'])).toEqual(['A'])
    expect(traitsWithout('n', ['A', 'B'], [])).toEqual([])
    expect(refusal(() => traitsWithout('n', ['A'], ['B']))).toBe('NotFound')
  })
})

describe('traits of an instance', () => {
  it('are those of its node', () => {
    const check = (traits: unknown) => () => checkInstanceTraits(aNodeRecord({ instance_info: { traits } }), ['A'])
    check(['A'])()
    checkInstanceTraits(aNodeRecord(), [])
    expect(refusal(check(['A', 'B']))).toBe('InvalidParameter')
    expect(refusal(check('A'))).toBe('InvalidParameter')
    expect(refusal(check([1]))).toBe('InvalidParameter')
  })
})

describe('power', () => {
  const all = ['power on', 'power off', 'rebooting', 'soft power off', 'soft rebooting'] as const
  const asked = (target: string, node: Partial<NodeRecord> = {}, supported: readonly (typeof all)[number][] = all) =>
    refusal(() => checkedPowerAction(aNodeRecord(node), target, supported))

  it.each(all)('knows %s', (action) => {
    expect(checkedPowerAction(aNodeRecord(), action, all)).toBe(action)
  })

  it.each(['error', 'off', '', 'reboot', '__proto__'])('does not know %j', (target) => {
    expect(asked(target)).toBe('InvalidStateRequested')
  })

  it('leaves nodes that are being cleaned alone, and no others', () => {
    const refused = provisionStates.filter((provision_state) => asked('power on', { provision_state }) !== undefined)
    expect(refused.sort()).toEqual(['clean wait', 'cleaning'])
    expect(asked('power on', { provision_state: 'cleaning' })).toBe('InvalidStateRequested')
  })

  it('does what the driver can do', () => {
    expect(asked('soft power off', {}, ['power on', 'power off', 'rebooting'])).toBe('InvalidParameter')
  })

  it('switches no node off that must stay on', () => {
    expect(all.filter((action) => asked(action, { disable_power_off: true }) === 'WrongState')).toEqual([
      'power off',
      'soft power off',
    ])
  })

  it('knows what comes of it', () => {
    expect(all.map(restingPowerState)).toEqual(['power on', 'power off', 'power on', 'power off', 'power on'])
    expect(all.filter(isSoft)).toEqual(['soft power off', 'soft rebooting'])
  })
})

describe('boot mode', () => {
  it('is uefi or bios', () => {
    expect(checkedBootMode('uefi')).toBe('uefi')
    expect(refusal(() => checkedBootMode('UEFI'))).toBe('InvalidParameter')
  })

  it('does not change while something is being done to the node', () => {
    const allowed = provisionStates.filter(
      (provision_state) =>
        refusal(() => checkMayChangeFirmware(aNodeRecord({ provision_state }), 'boot mode')) === undefined,
    )
    expect(allowed).toContain('active')
    expect(allowed).toContain('manageable')
    expect(allowed).not.toContain('deploying')
    expect(allowed).not.toContain('clean wait')
    expect(allowed).not.toContain('adopting')
  })
})
