import { describe, expect, it } from 'vitest'
import { FakeTask } from '../../../test/support/fake-task.ts'

const rescued = {
  rescue_interface: 'agent',
  provision_state: 'rescuing',
  power_state: 'power on',
  instance_info: { rescue_password: 'secret', kept: 1 },
} as const

describe('rescue by the agent', () => {
  it('boots it, and is done when it calls', async () => {
    const task = new FakeTask({ ...rescued, power_state: 'power off' })
    const { rescue } = task.hardware
    expect(await rescue.rescue(task, false)).toBe('wait')
    expect(task.events).toEqual([
      'prepare for rescue wait',
      'boot device {"boot_device":"pxe","persistent":false}',
      'power on',
    ])
    expect(await rescue.rescue(task, true)).toBe('done')
    expect(task.events).toHaveLength(3)
  })

  it('boots the own system again from the disk, without password or files', async () => {
    const task = new FakeTask({ ...rescued, provision_state: 'unrescuing', deploy_interface: 'direct' })
    await task.hardware.rescue.unrescue(task)
    expect(task.node).toMatchObject({ instance_info: { kept: 1 }, power_state: 'power on' })
    expect(task.events).toEqual(['clean up', 'boot device {"boot_device":"disk","persistent":true}'])
  })

  it('boots a diskless machine into its own ramdisk again', async () => {
    const task = new FakeTask({ ...rescued, provision_state: 'unrescuing', deploy_interface: 'ramdisk' })
    await task.hardware.rescue.unrescue(task)
    expect(task.events).toEqual([
      'clean up',
      'prepare for active',
      'boot device {"boot_device":"pxe","persistent":true}',
    ])
  })

  it('leaves nothing behind that has failed', async () => {
    const task = new FakeTask(rescued)
    await task.hardware.rescue.cleanUp(task)
    await task.hardware.rescue.cleanUp(task)
    expect(task.node).toMatchObject({ instance_info: { kept: 1 }, power_state: 'power on' })
    expect(task.events).toEqual(['clean up', 'clean up'])
  })

  it.each([undefined, '', ' ', 7])('needs a password, not %j', async (password) => {
    const task = new FakeTask({ ...rescued, instance_info: { rescue_password: password } })
    await expect(async () => task.hardware.rescue.validate(task)).rejects.toMatchObject({ code: 'MissingParameter' })
    task.node.instance_info = { rescue_password: 'secret' }
    await task.hardware.rescue.validate(task)
  })
})

describe('rescue without an agent', () => {
  it('is done at once, or after a call of an agent where the node says so', async () => {
    const task = new FakeTask({ ...rescued, rescue_interface: 'fake' })
    const { rescue } = task.hardware
    expect(await rescue.rescue(task, false)).toBe('done')
    task.node.driver_info = { fake_rescue_wait: true }
    expect(await rescue.rescue(task, false)).toBe('wait')
    expect(await rescue.rescue(task, true)).toBe('done')
    await rescue.unrescue(task)
    expect(task.node.instance_info).toEqual({ kept: 1 })
    task.node.instance_info = rescued.instance_info
    await rescue.cleanUp(task)
    expect(task.node.instance_info).toEqual({ kept: 1 })
    task.node.driver_info = { fake_rescue_fail: true }
    await rescue.validate(task)
    for (const call of [() => rescue.rescue(task, false), () => rescue.unrescue(task), () => rescue.cleanUp(task)])
      await expect(call()).rejects.toMatchObject({ code: 'HardwareFailed' })
  })

  it('is refused where there is none, but for cleaning up, of which there is nothing', async () => {
    const task = new FakeTask({ rescue_interface: 'no-rescue' })
    const { rescue } = task.hardware
    for (const call of [
      async () => rescue.validate(task),
      () => rescue.rescue(task, false),
      () => rescue.unrescue(task),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'UnsupportedDriverExtension' })
    await rescue.cleanUp(task)
  })
})
