import { expect, it } from 'vitest'
import { FakeTask } from '../../test/support/fake-task.ts'
import { BootInterface } from './boot/boot-interface.ts'
import { bootFromDisk, bootFromNetwork } from './boot-device.ts'
import type { Hardware } from './interfaces.ts'

it.each([
  ['ipxe', 'pxe'],
  ['pxe', 'pxe'],
  ['http', 'uefihttp'],
  ['http-ipxe', 'uefihttp'],
])('boots from the network by %s from %s', async (name, device) => {
  const task = new FakeTask()
  const hardware: Hardware = { ...task.hardware, boot: new BootInterface(name) }
  Object.defineProperty(task, 'hardware', { value: hardware })
  await bootFromNetwork(task, true)
  expect(await hardware.management.getBootDevice(task)).toEqual({ boot_device: device, persistent: true })
  await bootFromDisk(task)
  expect(await hardware.management.getBootDevice(task)).toEqual({ boot_device: 'disk', persistent: true })
})

it('leaves machines alone that can not be told', async () => {
  const task = new FakeTask({ management_interface: 'noop' })
  const { hardware } = task
  const supportedBootDevices = () => []
  Object.defineProperty(task, 'hardware', {
    value: { ...hardware, management: Object.assign(hardware.management, { supportedBootDevices }) },
  })
  await bootFromNetwork(task, true)
  await bootFromDisk(task)
})
