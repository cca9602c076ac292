import { describe, expect, it } from 'vitest'
import { FakeTask } from '../../../test/support/fake-task.ts'

describe('the fake management interface', () => {
  it('remembers the boot device in the row', async () => {
    const task = new FakeTask({ driver_internal_info: { kept: 1 } })
    const { management } = task.hardware
    expect(await management.getBootDevice(task)).toEqual({ boot_device: 'pxe', persistent: false })
    await management.setBootDevice(task, 'disk', true)
    expect(task.node.driver_internal_info).toMatchObject({ kept: 1 })
    expect(await new FakeTask(task.node).hardware.management.getBootDevice(task)).toEqual({
      boot_device: 'disk',
      persistent: true,
    })
    await expect(management.setBootDevice(task, 'floppy', true)).rejects.toMatchObject({ code: 'InvalidParameter' })
  })

  it('remembers boot mode and secure boot', async () => {
    const task = new FakeTask()
    const { management } = task.hardware
    expect(management.supportedBootModes(task)).toEqual(['uefi', 'bios'])
    expect([await management.getBootMode(task), await management.getSecureBoot(task)]).toEqual([null, null])
    await management.setBootMode(task, 'uefi')
    await management.setSecureBoot(task, true)
    expect([await management.getBootMode(task), await management.getSecureBoot(task)]).toEqual(['uefi', true])
    await management.setSecureBoot(task, false)
    await management.setBootMode(task, 'bios')
    await expect(management.setSecureBoot(task, true)).rejects.toMatchObject({ code: 'InvalidParameter' })
    await management.injectNmi(task)
  })

  it('fails in every call as the node says', async () => {
    const task = new FakeTask({ driver_info: { fake_management_fail: true } })
    const { management } = task.hardware
    for (const call of [
      () => management.getBootDevice(task),
      () => management.setBootDevice(task, 'pxe', false),
      () => management.getBootMode(task),
      () => management.setBootMode(task, 'uefi'),
      () => management.getSecureBoot(task),
      () => management.setSecureBoot(task, true),
      () => management.injectNmi(task),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'HardwareFailed' })
    await management.validate(task)
  })
})

describe('management without means', () => {
  it('knows of network and disk, and changes nothing', async () => {
    const task = new FakeTask({ management_interface: 'noop' })
    const before = JSON.stringify(task.node)
    const { management } = task.hardware
    await management.validate(task)
    expect(management.supportedBootDevices(task)).toEqual(['pxe', 'disk'])
    await management.setBootDevice(task, 'disk', true)
    expect(await management.getBootDevice(task)).toEqual({ boot_device: 'pxe', persistent: true })
    await expect(management.setBootDevice(task, 'cdrom', true)).rejects.toMatchObject({ code: 'InvalidParameter' })
    expect(await management.getBootMode(task)).toBeNull()
    expect(await management.getSecureBoot(task)).toBeNull()
    expect(management.supportedBootModes(task)).toEqual([])
    for (const call of [
      () => management.setBootMode(task, 'uefi'),
      () => management.setSecureBoot(task, true),
      () => management.injectNmi(task),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'UnsupportedDriverExtension' })
    expect(JSON.stringify(task.node)).toBe(before)
  })
})
