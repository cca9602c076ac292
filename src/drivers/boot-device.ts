import type { BootDevice, NodeTask } from './interfaces.ts'

/** Has the machine boot from the network. `persistent`: not the next time alone. Machines that can't be told are left as they are. */
export async function bootFromNetwork(task: NodeTask, persistent: boolean): Promise<void> {
  const { boot, management } = task.hardware
  const supported = management.supportedBootDevices(task)
  const byHttp = boot.name === 'http' || boot.name === 'http-ipxe'
  const device: BootDevice = byHttp && supported.includes('uefihttp') ? 'uefihttp' : 'pxe'
  if (supported.includes(device)) await setBootDevice(task, device, persistent)
}

/** Has the machine boot its own system from now on. */
export async function bootFromDisk(task: NodeTask): Promise<void> {
  const { management } = task.hardware
  if (management.supportedBootDevices(task).includes('disk')) await setBootDevice(task, 'disk', true)
}

/** Not once the session is lost: images have been fetched before, maybe for long, and another conductor may work on the machine. */
async function setBootDevice(task: NodeTask, device: BootDevice, persistent: boolean): Promise<void> {
  task.signal.throwIfAborted()
  await task.hardware.management.setBootDevice(task, device, persistent)
}
