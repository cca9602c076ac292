import { describe, expect, it } from 'vitest'
import { FakeTask } from '../../../test/support/fake-task.ts'
import type { PowerState } from '../../model/records.ts'
import { switchOff, switchPower } from './switch-power.ts'

const agent = {
  agent_url: 'http://192.0.2.1:9999',
  agent_secret_token: 'secret',
  agent_verify_ca: 'pem',
  agent_cached_clean_steps: {},
}

describe('switching power', () => {
  it.each<[PowerState, PowerState | null, PowerState]>([
    ['power on', 'power off', 'power on'],
    ['power on', null, 'power on'],
    ['power off', 'power on', 'power off'],
    ['soft power off', 'power on', 'power off'],
    ['rebooting', 'power off', 'power on'],
    ['soft rebooting', 'power on', 'power on'],
  ])('to %s from %s ends in %s', async (target, from, to) => {
    const task = new FakeTask({ power_state: from, target_power_state: 'power off' })
    await switchPower(task, target)
    expect(task.node).toMatchObject({ power_state: to, target_power_state: null })
  })

  it('leaves a machine alone that has the state already, but for a reboot', async () => {
    const task = new FakeTask({ power_state: 'power on', driver_info: { fake_power_fail: 'set_power_state, reboot' } })
    await switchPower(task, 'power on')
    await expect(switchPower(task, 'rebooting')).rejects.toMatchObject({ code: 'HardwareFailed' })
  })

  it('forgets the agent when the machine goes off or reboots, and not when it comes on', async () => {
    for (const target of ['power off', 'rebooting', 'soft power off'] as const) {
      const task = new FakeTask({ power_state: 'power on', driver_internal_info: { ...agent, kept: 1 } })
      await switchPower(task, target)
      expect(task.node.driver_internal_info).toEqual({ kept: 1 })
    }
    const off = new FakeTask({ power_state: 'power off', driver_internal_info: agent })
    await switchPower(off, 'power off')
    expect(off.node.driver_internal_info).toEqual({})
    const on = new FakeTask({ power_state: 'power off', driver_internal_info: agent })
    await switchPower(on, 'power on')
    expect(on.node.driver_internal_info).toEqual(agent)
    const pregenerated = { ...agent, agent_secret_token_pregenerated: true }
    const same = new FakeTask({ driver_internal_info: pregenerated })
    await switchPower(same, 'rebooting')
    expect(same.node.driver_internal_info).toEqual({
      agent_secret_token: 'secret',
      agent_secret_token_pregenerated: true,
    })
  })

  it('says where it was going, and no longer once it has failed', async () => {
    const task = new FakeTask({ power_state: 'power off', driver_info: { fake_power_fail: 'set_power_state' } })
    const targets: unknown[] = []
    const { update } = task
    task.update = async (changes) => {
      targets.push(changes.target_power_state)
      await update.call(task, changes)
    }
    await expect(switchPower(task, 'power on')).rejects.toMatchObject({ code: 'HardwareFailed' })
    expect(targets).toEqual(['power on', null])
    expect(task.node).toMatchObject({ power_state: 'power off', target_power_state: null })
  })

  it('does not switch off what must stay on, but reboots it', async () => {
    const task = new FakeTask({ power_state: 'power on', disable_power_off: true, driver_internal_info: agent })
    await expect(switchPower(task, 'power off')).rejects.toMatchObject({ code: 'HardwareFailed' })
    await expect(switchPower(task, 'soft power off')).rejects.toMatchObject({ code: 'HardwareFailed' })
    await switchOff(task)
    expect(task.node).toMatchObject({ power_state: 'power on', driver_internal_info: {} })
    const plain = new FakeTask({ power_state: 'power on' })
    await switchOff(plain)
    expect(plain.node.power_state).toBe('power off')
  })

  it('refuses what the interface does not take', async () => {
    await expect(switchPower(new FakeTask(), 'error')).rejects.toMatchObject({ code: 'InvalidParameter' })
  })
})

describe('the fake power interface', () => {
  it('keeps the power state in the row', async () => {
    const task = new FakeTask()
    const { power } = task.hardware
    expect(await power.getPowerState(task)).toBeNull()
    await power.setPowerState(task, 'power on')
    expect(task.node.power_state).toBe('power on')
    await power.setPowerState(task, 'soft power off')
    expect(await power.getPowerState(task)).toBe('power off')
    await power.reboot(task)
    expect(await power.getPowerState(task)).toBe('power on')
    await expect(power.setPowerState(task, 'error')).rejects.toMatchObject({ code: 'InvalidParameter' })
  })

  it('fails in every call as the node says, and checks what that is', async () => {
    const task = new FakeTask({ driver_info: { fake_power_fail: true } })
    const { power } = task.hardware
    for (const call of [
      () => power.getPowerState(task),
      () => power.setPowerState(task, 'power on'),
      () => power.reboot(task),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'HardwareFailed' })
    expect(() => power.validate(task)).not.toThrow()
    task.node.driver_info = { fake_power_delay: 'long' }
    expect(() => power.validate(task)).toThrow(expect.objectContaining({ code: 'InvalidParameter' }))
  })
})
