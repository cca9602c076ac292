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

it('tells a machine nothing once the session is lost', async () => {
  const task = new FakeTask({ management_interface: 'noop' })
  const told: string[] = []
  const setBootDevice = async (_task: unknown, device: string) => void told.push(device)
  const { hardware } = task
  const management = Object.assign(hardware.management, { setBootDevice })
  Object.defineProperty(task, 'hardware', { value: { ...hardware, management } })
  await bootFromNetwork(task, true)
  task.controller.abort()
  await expect(bootFromDisk(task)).rejects.toThrow()
  await expect(bootFromNetwork(task, false)).rejects.toThrow()
  expect(told).toEqual(['pxe'])
})
